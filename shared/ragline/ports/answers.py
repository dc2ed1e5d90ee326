"""The token stream to readers, the ledger that keeps answers distinct, and the answer cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import StageTiming


class TokenStream(Protocol):
    """Streams an answer's text to its readers; best effort, never slows the generator.

    A failed stream is counted but not raised: the answer on `answers` is authoritative.
    """

    async def start(self, query_id: str) -> int:
        """Begin an attempt and return its number, from 1; readers drop earlier attempts' text.

        0 means that the stream is down: nothing of this attempt will be seen.
        """
        ...

    async def append(self, query_id: str, *, attempt: int, text: str) -> None:
        """Add text to the attempt; small pieces are sent together."""
        ...

    async def finish(self, query_id: str, *, attempt: int, status: str) -> None:
        """Send the buffered text and end the attempt with the answer's status."""
        ...

    async def cancelled(self, query_id: str) -> bool:
        """Tell whether a reader asked to stop this answer."""
        ...


class Progress(Protocol):
    """Reports a query's progress to its waiting readers; best effort, never slows a stage."""

    def begun(
        self,
        query_id: str,
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
    """A query and the number of the attempt (from 1); each has exactly one distinct answer."""

    query_id: str
    number: int = 1


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
