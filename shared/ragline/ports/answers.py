"""The token stream to readers, the ledger that keeps answers distinct, and the answer cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from ragline.contracts.answers import DUPLICATE_ID, QueryAnswered, StageTiming
from ragline.contracts.base import QueryRef


class TokenStream(Protocol):
    """Streams an answer's text to its readers; best effort, never slows the generator.

    A failed stream is counted but not raised: the answer on `answers` is authoritative.
    """

    async def start(self, query: QueryRef) -> int:
        """Begin an attempt and return its number, from 1; readers drop earlier attempts' text.

        0 means that the stream is down: nothing of this attempt will be seen.
        """
        ...

    async def append(self, query: QueryRef, *, attempt: int, text: str) -> None:
        """Add text to the attempt; small pieces are sent together."""
        ...

    async def finish(self, query: QueryRef, *, attempt: int, status: str) -> None:
        """Send the buffered text and end the attempt with the answer's status."""
        ...

    async def cancelled(self, query: QueryRef) -> bool:
        """Tell whether a reader asked to stop this answer."""
        ...


class Progress(Protocol):
    """Reports a query's progress to its waiting readers; best effort, never slows a stage."""

    def begun(
        self,
        query: QueryRef,
        stage: str,
        *,
        queued: float,
        started: float,
        timings: Sequence[StageTiming],
    ) -> None:
        """Report that `stage` works on the query; returns at once.

        `queued` and `started` are epoch milliseconds, `timings` those of the stages before.
        """
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """A query and the number of the attempt (from 1); each has exactly one distinct answer.

    `duplicate` is set for a question whose id another question of its tenant has: its own digest.
    """

    query: QueryRef
    number: int = 1
    duplicate: str | None = None

    @classmethod
    def of(cls, answer: QueryAnswered) -> Self:
        """Return what `answer` is the one answer of."""
        twice = answer.error is not None and answer.error.code == DUPLICATE_ID
        return cls(answer.ref, answer.attempt, answer.question_digest if twice else None)


class Reservation(Protocol):
    """The right to work on an answer as long as it is renewed; raises `Unavailable` when lost."""

    async def renew(self) -> None:
        """Extend it for another lease."""
        ...

    async def release(self) -> None:
        """Let others work on the answer."""
        ...


class AnswerLedger(Protocol):
    """First claim wins: the terminal answer of an attempt is the bytes claimed first.

    Raises:
        Unavailable: the ledger is down.
    """

    async def claim(self, attempt: Attempt, answer: bytes) -> bytes:
        """Claim `answer` and return the winner's bytes: `answer` itself, or an earlier claim."""
        ...

    async def claimed(self, attempt: Attempt) -> bytes | None:
        """Return the claimed answer, or None: lets a redelivery skip the work."""
        ...

    async def reserve(self, attempt: Attempt) -> Reservation | None:
        """Reserve the work on an answer, or return None while another worker holds it.

        It expires by itself a few seconds after its holder last renewed it.
        """
        ...


class AnswerCache(Protocol):
    """Keeps answers by a digest of what they were made from. A failed cache only costs time."""

    async def get(self, key: str) -> bytes | None:
        """Return the last stored answer, or None (also if it has expired or the cache is down)."""
        ...

    async def put(self, key: str, answer: bytes) -> None:
        """Store an answer for the cache's time to live; a failure is counted but not raised."""
        ...
