"""What must hold before an index answers questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ragline.errors import Misconfigured

_MOST_TOLD = 10


class GateName(StrEnum):
    """A condition; `--force` names those that are skipped."""

    LAG = "lag"
    DOCUMENTS = "documents"
    READERS = "readers"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """Whether a gate lets an index through: what was found, and how to look where it does not."""

    gate: GateName
    open: bool
    found: str
    look: str = ""


class Refused(Misconfigured):
    """A gate does not let the index through."""


def require_open(states: Iterable[GateState], forced: Collection[GateName]) -> None:
    """Let the index through, or say which gates do not.

    Raises:
        Refused: a gate is shut that is not forced.
    """
    shut = [each for each in states if not each.open and each.gate not in forced]
    if shut:
        told = "\n".join(f"  {each.gate}: {each.found}. {each.look}".rstrip() for each in shut)
        names = " ".join(f"--force {each.gate}" for each in shut)
        raise Refused(f"the live index stays, because of\n{told}\nTo flip all the same: {names}")


def some(named: Sequence[str]) -> str:
    """Return names as a line for people, who read ten and are told how many more there are."""
    more = len(named) - _MOST_TOLD
    return ", ".join(named[:_MOST_TOLD]) + (f" and {more} more" if more > 0 else "")
