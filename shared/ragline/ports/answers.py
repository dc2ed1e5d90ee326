"""The token stream to readers, and the ledger that keeps answers distinct."""

from __future__ import annotations

from typing import Protocol


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


class AnswerLedger(Protocol):
    """First claim wins: the terminal answer of a query is the bytes claimed first.

    Raises:
        Unavailable: the ledger is down; the caller goes on with its own bytes and counts it.
    """

    async def claim(self, query_id: str, answer: bytes) -> bytes:
        """Claim `answer` and return the winner's bytes: `answer` itself, or an earlier claim."""
        ...

    async def claimed(self, query_id: str) -> bytes | None:
        """Return the claimed answer, or None: lets a redelivery skip the work."""
        ...
