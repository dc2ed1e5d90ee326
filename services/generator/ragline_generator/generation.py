"""The language model's part: time limits, retries, the marker filter and cancellation.

A model that never stops is cut off after `max_tokens` tokens' worth of text, where its server does
not do so. What came until then is judged like any answer, because readers have seen it and much of
it may well be right; the answer says that it is cut off. A model that writes nothing
but white space and markers has failed, as one that writes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from ragline.errors import (
    CircuitOpen,
    DeadlineExceeded,
    RaglineError,
    RateLimited,
    TransientError,
    Unavailable,
)
from ragline.ports.models import NOT_WANTED, ChatMessage, Delta, LanguageModel
from ragline_generator.broadcast import Broadcast
from ragline_generator.markers import MarkerFilter, without_markers
from ragline_generator.metering import Call
from ragline_generator.prompts import NO_ANSWER

_log = logging.getLogger(__name__)

# Transient, but asking again for the same question is of no use
_FINAL = (CircuitOpen, DeadlineExceeded)
# Characters that a token may have on average; prose has 4, wide tables and indented code 10
_CHARS_PER_TOKEN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on the model's part of the work, in seconds.

    `reserve_s` of the time left are kept for checking and publishing; with less than `least_s`
    besides it the model is not asked. A failed call is repeated up to `attempts` calls in all,
    after the wait that the server asked for or about `backoff_s`, where that still fits.
    """

    timeout_s: float = 30.0
    reserve_s: float = 1.0
    least_s: float = 2.0
    attempts: int = 2
    backoff_s: float = 0.5


@dataclass(slots=True, kw_only=True)
class Written:
    """What the model wrote. `declined`: it says that the passages hold no answer.

    `cut_off`: it would have gone on beyond the tokens that it was given.
    """

    text: str = ""
    call: Call
    cancelled: bool = False
    declined: bool = False
    cut_off: bool = False

    @property
    def empty(self) -> bool:
        """Whether it has no word at all, and nobody wanted it so."""
        wanted = self.cancelled or self.declined
        return not wanted and not any(map(str.isalnum, without_markers(self.text)))


class Writer:
    """Asks the model and sends its text on while it comes."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        limits: Limits,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._model = model
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    @property
    def model_id(self) -> str:
        """The primary model's name."""
        return self._model.model_id

    async def write(
        self,
        messages: Sequence[ChatMessage],
        *,
        markers: range,
        max_tokens: int,
        deadline: datetime | None,
        broadcast: Broadcast,
        spent: list[Call],
    ) -> Written | None:
        """Return the answer, or None when the model failed or there is too little time for it.

        Calls that failed and must be paid for are added to `spent`.
        """
        for attempt in range(1, self._limits.attempts + 1):
            time_left = self._time_left(deadline)
            if time_left < self._limits.least_s:
                return None
            try:
                return await self._once(messages, markers, max_tokens, time_left, broadcast, spent)
            except RaglineError as error:
                _log.warning("the language model failed (attempt %d): %s", attempt, error)
                if attempt == self._limits.attempts or not await self._may_retry(error, deadline):
                    return None
        return None

    def _time_left(self, deadline: datetime | None) -> float:
        if deadline is None:
            return self._limits.timeout_s
        left = (deadline - self._clock()).total_seconds() - self._limits.reserve_s
        return min(self._limits.timeout_s, left)

    async def _may_retry(self, error: RaglineError, deadline: datetime | None) -> bool:
        """Wait before another call; False when it is of no use or there is no time for it."""
        if not isinstance(error, TransientError) or isinstance(error, _FINAL):
            return False
        asked = error.retry_after if isinstance(error, RateLimited) else None
        wait = self._limits.backoff_s * (0.5 + self._jitter()) if asked is None else asked
        if wait + self._limits.least_s > self._time_left(deadline):
            return False
        await self._sleep(wait)
        return True

    async def _once(
        self,
        messages: Sequence[ChatMessage],
        markers: range,
        max_tokens: int,
        timeout: float,
        broadcast: Broadcast,
        spent: list[Call],
    ) -> Written:
        await broadcast.start()
        take = _Take(
            broadcast,
            Written(call=Call(model=self.model_id)),
            MarkerFilter(markers),
            room=max_tokens * _CHARS_PER_TOKEN,
        )
        stream = self._model.stream(messages, max_tokens=max_tokens, timeout=timeout)
        try:
            await _read(stream, take)
            written = await take.complete()
            if written.empty:
                raise Unavailable("the language model answered without any content")
        except RaglineError:
            spent += take.calls
            raise
        spent += take.calls[:-1]
        return written


async def _read(stream: AsyncGenerator[Delta, None], take: _Take) -> None:
    async with aclosing(stream) as deltas:
        while not take.over and (delta := await _next(deltas, take)) is not None:
            await take.add(delta)
            take.written.cancelled = await take.broadcast.cancelled()


async def _next(deltas: AsyncIterator[Delta], take: _Take) -> Delta | None:
    """Return the next delta, or None at the end or when a reader says stop while waiting for it."""
    coming = asyncio.ensure_future(anext(deltas, None))
    try:
        while not (await asyncio.wait({coming}, timeout=take.broadcast.poll_s))[0]:
            if await take.broadcast.cancelled():
                take.written.cancelled = True
                return None
        return coming.result()
    finally:
        if coming.cancel(NOT_WANTED if take.written.cancelled else None):
            await asyncio.gather(coming, return_exceptions=True)


@dataclass(slots=True)
class _Take:
    """One call's text so far; nothing is shown while it could still become a refusal."""

    broadcast: Broadcast
    written: Written
    markers: MarkerFilter
    room: int
    raw: str = ""
    shown: bool = False
    pieces: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more is wanted of the model."""
        return self.written.cancelled or self.written.cut_off

    async def add(self, delta: Delta) -> None:
        self._note(delta)
        text = delta.text[: self.room]
        self.written.cut_off = delta.cut_off or len(text) < len(delta.text)
        self.room -= len(text)
        self.raw += text
        if self.shown:
            await self._show(self.markers.feed(text))
        elif not NO_ANSWER.startswith(self.raw.strip()[: len(NO_ANSWER)]):
            self.shown = True
            await self._show(self.markers.feed(self.raw.lstrip()))

    async def complete(self) -> Written:
        held = "" if self.shown else self.raw.strip()
        self.written.declined = held.startswith(NO_ANSWER)
        if not self.written.declined:
            await self._show(self.markers.feed(held) + self.markers.flush())
        self.written.text = "".join(self.pieces).rstrip()
        return self.written

    def _note(self, delta: Delta) -> None:
        """A model names itself when its call ends: the first and the fallback one after another."""
        if delta.model is not None:
            self.written.call = Call(
                model=delta.model,
                served_as=delta.served_as,
                prompt_tokens=delta.prompt_tokens,
                completion_tokens=delta.completion_tokens,
            )
            self.calls.append(self.written.call)

    async def _show(self, text: str) -> None:
        self.pieces.append(text)
        await self.broadcast.say(text)
