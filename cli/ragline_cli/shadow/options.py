"""A shadow's options, and counts of the questions that it read, by outcome."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from ragline.contracts.topics import ANSWERS, QUERIES, consumer_group
from ragline.errors import Misconfigured

# the name becomes part of consumer groups and of a folder
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowOptions:
    """Which questions, how many at once, how long to wait, and when to stop.

    `behind_s` is the age at which a question without a free slot is skipped, `wait_s` the age of a
    question at which its live answer is given up. `limit` is the number of pairs and `seconds` the
    time after which the run ends; null means no limit.
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
        """The consumer group that holds the offsets of the live answers."""
        return consumer_group(f"shadow.{self.name}", ANSWERS)


def check_name(name: str) -> str:
    """Return the name.

    Raises:
        Misconfigured: the name is not valid for consumer groups and a folder.
    """
    if not _NAME.fullmatch(name):
        raise Misconfigured(
            f"the name {name!r} cannot be used: take lower-case letters, digits, `.`, `_`, `-`, "
            "64 at most, the first a letter or digit"
        )
    return name


@dataclass(slots=True)
class Counts:
    """Questions read, by outcome, and records that are not events.

    `unpaired` ran in the shadow but got no live answer in time; `skipped_behind` got no free slot
    before they were too old; `given_up` were in progress when the shadow stopped.
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
        """Return plain data, including how many questions were in the share."""
        question = self.pairs + self.unpaired + self.skipped_behind + self.given_up + self.repeats
        return {"sampled": question, **asdict(self)}
