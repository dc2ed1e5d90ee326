"""The token stream to readers, the ledger that keeps answers distinct, and the answer cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import StageTiming


class TokenStream(Protocol):
    """Streams an answer's text to whoever reads along; best effort, never slows the generator.

    A broken stream is counted and swallowed: the answer on `answers` is the truth.
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
        """Send what is buffered and end the attempt with the answer's status."""
        ...

    async def cancelled(self, query_id: str) -> bool:
        """Tell whether a reader asked to stop this answer."""
        ...


class Progress(Protocol):
    """Tells those who wait for an answer how far it is; best effort, never slows a stage."""

    def begun(
        self,
        query_id: str,
        stage: str,
        *,
        queued: float,
        started: float,
        timings: Sequence[StageTiming],
    ) -> None:
        """Tell that `stage` works on the query; returns at once.

        `queued` and `started` are epoch milliseconds, `timings` those of the stages before.
        """
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """What has exactly one distinct answer: a query, and which of its attempts (from 1)."""

    query_id: str
    number: int = 1


class Reservation(Protocol):
    """The right to work on an answer, while it is renewed. Both raise `Unavailable` when lost."""

    async def renew(self) -> None:
        """Keep it for another while."""
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
        """Reserve the work on an answer, or return None while somebody else has it.

        It lapses by itself a few seconds after its holder's last sign of life.
        """
        ...


class AnswerCache(Protocol):
    """Remembers answers by a digest of what they were made from. A broken cache only costs time."""

    async def get(self, key: str) -> bytes | None:
        """Return what was put last, or None (also when it has expired, or the cache is down)."""
        ...

    async def put(self, key: str, answer: bytes) -> None:
        """Store an answer for the cache's time to live; failure is counted and swallowed."""
        ...
