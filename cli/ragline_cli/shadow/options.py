"""What a shadow is asked to do, and what became of the questions that it read."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from ragline.contracts.topics import ANSWERS, QUERIES, consumer_group
from ragline.errors import Misconfigured

# it names consumer groups and a folder
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowOptions:
    """Which questions, how many at once, how long to wait, and when to stop.

    `behind_s` is the age at which a question that has no place yet is skipped, `wait_s` the age at
    which a live answer is given up. `limit` counts pairs and `seconds` the run; null is for ever.
    """

    name: str
    share: float
    at_once: int
    behind_s: float
    wait_s: float
    limit: int | None = None
    seconds: float | None = None

    @property
    def queries_group(self) -> str:
        """The consumer group that reads questions."""
        return consumer_group(f"shadow.{self.name}", QUERIES)

    @property
    def answers_group(self) -> str:
        """The consumer group that keeps the place in the live answers."""
        return consumer_group(f"shadow.{self.name}", ANSWERS)


def check_name(name: str) -> str:
    """Return the name.

    Raises:
        Misconfigured: it cannot name consumer groups and a folder.
    """
    if not _NAME.fullmatch(name):
        raise Misconfigured(
            f"the name {name!r} cannot be used: take lower-case letters, digits, `.`, `_`, `-`, "
            "64 at most, the first a letter or digit"
        )
    return name


@dataclass(slots=True)
class Counts:
    """Questions read, by what became of them, and records that are no events.

    `unpaired` ran in the shadow and got no live answer in time; `skipped_behind` found no place
    before they were too old; `given_up` were under way when the shadow stopped.
    """

    pairs: int = 0
    unpaired: int = 0
    skipped_behind: int = 0
    given_up: int = 0
    repeats: int = 0
    not_sampled: int = 0
    poison_queries: int = 0
    poison_answers: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return plain data, with how many questions were in the share."""
        question = self.pairs + self.unpaired + self.skipped_behind + self.given_up + self.repeats
        return {"sampled": question, **asdict(self)}
