"""Ratings as stored on `feedback`; each user's last rating of each thing counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Self

from ragline.contracts.feedback import FeedbackGiven
from ragline.messaging.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating of an answer, or of its citation `marker`.

    `appended_ms` is epoch milliseconds, `place` partition and offset. `voter` distinguishes users
    without naming them; a rating without a user counts as that of the user who asked the question.
    """

    query_id: str
    tenant: str
    up: bool
    marker: int | None = None
    reason: str | None = None
    voter: bytes
    appended_ms: int
    place: tuple[int, int]

    @classmethod
    def of(cls, event: FeedbackGiven, record: Record) -> Self:
        """Return the rating in a record."""
        return cls(
            query_id=event.query_id,
            tenant=event.tenant,
            up=event.rating == "up",
            marker=event.marker,
            reason=event.reason,
            voter=_voter(event),
            appended_ms=record.timestamp,
            place=(record.partition, record.offset),
        )

    @property
    def order(self) -> tuple[int, tuple[int, int]]:
        """The sort key: later ratings have a higher one."""
        return self.appended_ms, self.place


def _voter(event: FeedbackGiven) -> bytes:
    # a digest, because hundreds of thousands of them are kept and users' names can be long
    who = "asker\0" + event.query_id if event.user is None else "user\0" + event.user
    return hashlib.blake2b(who.encode(), digest_size=16).digest()


@dataclass(slots=True)
class LastWords:
    """Each voter's last rating of each answer and each citation; `replaced` counts the others."""

    replaced: int = 0
    _kept: dict[tuple[bytes, str, str, int | None], Rating] = field(default_factory=dict)

    def add(self, rating: Rating) -> None:
        """Process a rating; ratings may come in any order."""
        thing = rating.voter, rating.tenant, rating.query_id, rating.marker
        other = self._kept.get(thing)
        self.replaced += other is not None
        if other is None or rating.order > other.order:
            self._kept[thing] = rating

    @property
    def ratings(self) -> list[Rating]:
        """The ratings that count, the oldest first."""
        return sorted(self._kept.values(), key=lambda rating: rating.order)
