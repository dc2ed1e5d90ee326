"""The token stream of one question: the text sent to readers, and their request to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ragline.clock import Clock
from ragline.contracts.base import QueryRef
from ragline.ports.answers import TokenStream
from ragline.ports.models import NOT_WANTED

T = TypeVar("T")


class Broadcast:
    """Sends an answer's text to the readers of `query`, or to nobody when not `wanted`.

    The request to stop is looked up at most every `poll_s` seconds: each look-up costs a round
    trip, and a token comes every few milliseconds.
    """

    def __init__(
        self,
        stream: TokenStream,
        query: QueryRef,
        *,
        wanted: bool,
        poll_s: float,
        clock: Clock,
    ) -> None:
        self._stream = stream
        self._query = query
        self._wanted = wanted
        self._poll = timedelta(seconds=poll_s)
        self._clock = clock
        self._started = self._next_poll = clock()
        self._first_text: datetime | None = None
        self._cancelled = False
        self._attempt = 0
        self.skipped = False

    @property
    def first_text_ms(self) -> float | None:
        """Milliseconds until readers saw the first text of the last attempt; None without any."""
        if self._first_text is None:
            return None
        return (self._first_text - self._started) / timedelta(milliseconds=1)

    @property
    def poll_s(self) -> float:
        """Seconds between two look-ups of the request to stop."""
        return self._poll.total_seconds()

    @property
    def stopped(self) -> bool:
        """Whether a reader asked to stop, as far as it was looked up."""
        return self._cancelled

    async def start(self) -> None:
        """Begin an attempt; when called again, readers discard the text received so far."""
        self._first_text = None
        if self._wanted:
            self._attempt = await self._stream.start(self._query)
            self.skipped = self._attempt == 0

    async def say(self, text: str) -> None:
        """Send text."""
        if self._attempt and text:
            self._first_text = self._first_text or self._clock()
            await self._stream.append(self._query, attempt=self._attempt, text=text)

    async def finish(self, status: str) -> None:
        """End the attempt with the answer's status."""
        if self._attempt:
            await self._stream.finish(self._query, attempt=self._attempt, status=status)

    async def cancelled(self) -> bool:
        """Tell whether a reader asked to stop."""
        now = self._clock()
        if not self._cancelled and now >= self._next_poll:
            self._next_poll = now + self._poll
            self._cancelled = await self._stream.cancelled(self._query)
        return self._cancelled

    async def unless_cancelled(self, coming: Coroutine[Any, Any, T]) -> T | None:
        """Return what `coming` returns; None as soon as a reader asks to stop, which ends it.

        Raises:
            Exception: whatever `coming` raises.
        """
        work = asyncio.ensure_future(coming)
        try:
            while not (await asyncio.wait({work}, timeout=self.poll_s))[0]:
                if await self.cancelled():
                    return None
            return work.result()
        finally:
            if work.cancel(NOT_WANTED if self._cancelled else None):
                await asyncio.gather(work, return_exceptions=True)
