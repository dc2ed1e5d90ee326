"""What a model writes, taken in while it comes: shown, counted, and ended when it is enough.

A model that never stops is cut off after `max_tokens` tokens' worth of text, where its server does
not do so. What came until then is judged like any answer, because readers have seen it and much of
it may well be right; the answer says that it is cut off. A model that writes nothing but white
space and markers has failed, as one that writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from ragline.ports.models import NOT_WANTED, Delta
from ragline_generator.broadcast import Broadcast
from ragline_generator.validation.markers import MarkerFilter, without_markers
from ragline_generator.writing.cost import ModelCall
from ragline_generator.writing.prompts import NO_ANSWER

# Characters that a token may have on average; prose has 4, wide tables and indented code 10
CHARS_PER_TOKEN = 20


@dataclass(slots=True, kw_only=True)
class Written:
    """What the model wrote. `declined`: it says that the passages hold no answer.

    `cut_off`: it would have gone on beyond the tokens that it was given.
    """

    text: str = ""
    call: ModelCall
    cancelled: bool = False
    declined: bool = False
    cut_off: bool = False

    @property
    def empty(self) -> bool:
        """Whether it has no word at all, and nobody wanted it so."""
        wanted = self.cancelled or self.declined
        return not wanted and not any(map(str.isalnum, without_markers(self.text)))


@dataclass(slots=True)
class AnswerStream:
    """One call's text so far; nothing is shown while it could still become a refusal."""

    broadcast: Broadcast
    written: Written
    markers: MarkerFilter
    room: int
    raw: str = ""
    shown: bool = False
    pieces: list[str] = field(default_factory=list)
    calls: list[ModelCall] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more is wanted of the model."""
        return self.written.cancelled or self.written.cut_off

    async def add(self, delta: Delta) -> None:
        """Take the next piece and show what can be shown by now."""
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
        """Show what was held back and return the whole."""
        held = "" if self.shown else self.raw.strip()
        self.written.declined = held.startswith(NO_ANSWER)
        if not self.written.declined:
            await self._show(self.markers.feed(held) + self.markers.flush())
        self.written.text = "".join(self.pieces).rstrip()
        return self.written

    def _note(self, delta: Delta) -> None:
        """A model names itself when its call ends: the first and the fallback one after another."""
        if delta.model is not None:
            self.written.call = ModelCall(
                model=delta.model,
                served_as=delta.served_as,
                prompt_tokens=delta.prompt_tokens,
                completion_tokens=delta.completion_tokens,
            )
            self.calls.append(self.written.call)

    async def _show(self, text: str) -> None:
        self.pieces.append(text)
        await self.broadcast.say(text)


async def read(stream: AsyncGenerator[Delta, None], take: AnswerStream) -> None:
    """Read `stream` until it ends, a reader says stop or there is no room; then close it."""
    async with aclosing(stream) as deltas:
        while not take.over and (delta := await _next(deltas, take)) is not None:
            await take.add(delta)
            take.written.cancelled = await take.broadcast.cancelled()


async def _next(deltas: AsyncIterator[Delta], take: AnswerStream) -> Delta | None:
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
