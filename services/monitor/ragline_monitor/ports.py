"""The monitor's ports: metrics, and a memory that outlives the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from pydantic import AwareDatetime

from ragline.contracts.base import Contract, QueryRef
from ragline.ports.answers import Attempt

# Amounts by field, to be added to the history of an hour
Tally = Mapping[str, float]


class RecordId(NamedTuple):
    """The position of a record; `appended_at` is epoch milliseconds."""

    topic: str
    partition: int
    offset: int
    appended_at: int

    @property
    def instant(self) -> datetime:
        """When it was appended."""
        return datetime.fromtimestamp(self.appended_at / 1_000, UTC)


class About(Contract):
    """The facts about an answer that are stored for later feedback."""

    tenant: str
    intent: str
    plan: str


class RatingOfAnswer(Contract):
    """The relevant part of a feedback event. `of` says what was rated."""

    tenant: str
    of: Literal["answer", "citation"]
    rating: Literal["up", "down"]
    at: AwareDatetime


class Unmatched(StrEnum):
    """Why a rating is not matched: it was counted before, or its answer is not known yet."""

    REPEATED = "repeated"
    EARLY = "early"


class Meter(Protocol):
    """Metrics that are exported; names and labels are defined in the catalogue."""

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        ...

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add an observation, in the unit that the name states."""
        ...


class Memory(Protocol):
    """Distinguishes new from redelivered events, for all replicas, and keeps the history.

    It never raises. While it is down, every event counts as new, and feedback as feedback on an
    unknown answer.
    """

    async def answered(
        self, attempt: Attempt, about: About, *, at: datetime, tally: Tally
    ) -> Sequence[RatingOfAnswer] | None:
        """Remember an answer and add `tally` to the history, in one step.

        Returns the ratings that arrived before it, or None if it was counted before.
        """
        ...

    async def rated(
        self, record: RecordId, query: QueryRef, rating: RatingOfAnswer
    ) -> About | Unmatched:
        """Return the rated answer; a rating that arrives first is kept until its answer comes."""
        ...

    async def first(self, record: RecordId) -> bool:
        """Return whether a record was not counted before, and remember it."""
        ...

    async def add(self, at: datetime, tally: Tally) -> None:
        """Add to the history of an hour."""
        ...
