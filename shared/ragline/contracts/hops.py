"""Further looks for a question: what was asked again, why, what that found, and its cost."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from ragline.contracts import bounds
from ragline.contracts.base import Contract, Name
from ragline.contracts.plan import Literals

SubQuery = Annotated[str, StringConstraints(min_length=1, max_length=bounds.SUB_QUERY_CHARS)]
# which look found something: 0 is the first one
HopNumber = Annotated[int, Field(ge=0, le=bounds.HOPS)]


class HopReason(StrEnum):
    """Why another look was needed.

    `bridge`: passages name something that the question does not, and that no passage is about.
    `comparison`: no passage is about one of the things compared. `parts`: no passage holds what one
    of several questions asks. `model`: a language model said so.
    """

    BRIDGE = "bridge"
    COMPARISON = "comparison"
    PARTS = "parts"
    MODEL = "model"


class Hop(Contract):
    """One look after the first.

    `reason` is one of `HopReason`. `missing` is what the passages so far did not hold: names, or
    questions. `found` counts the passages that no earlier look had found, `searches` those that
    were made for it, and `ms` is how long they took together, side by side; null until they were
    made, and if they were given up (`second_look_skipped`).
    """

    reason: Name
    queries: Annotated[tuple[SubQuery, ...], Field(min_length=1, max_length=bounds.SUB_QUERIES)]
    missing: Literals = ()
    found: int = 0
    searches: int = 0
    ms: float | None = None


Hops = Annotated[tuple[Hop, ...], Field(max_length=bounds.HOPS)]
