"""The streamed text of a model: shown to readers, counted, and ended at the token limit.

A model that never stops is cut off after text for about `max_tokens` tokens, if its server does not
do so. The text so far is validated like any answer, because readers have seen it and much of it may
be right; the answer is marked as truncated. A model that writes only white space and markers has
failed, like one that writes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from ragline.citation_markers import without_markers
from ragline.ports.models import Delta
from ragline_generator.broadcast import Broadcast
from ragline_generator.validation.marker_filter import MarkerFilter
from ragline_generator.writing.cost import ModelCall
from ragline_generator.writing.prompts import NO_ANSWER

# Assumed maximum of characters per token; prose has 4, wide tables and indented code 10
CHARS_PER_TOKEN = 20


@dataclass(slots=True, kw_only=True)
class Written:
    """The text of the model. `declined`: the model says that the passages contain no answer.

    `cut_off`: the text was truncated at the token limit.
    """

    text: str = ""
    call: ModelCall
    cancelled: bool = False
    declined: bool = False
    cut_off: bool = False

    @property
    def empty(self) -> bool:
        """Whether it has no words although the model neither declined nor was cancelled."""
        wanted = self.cancelled or self.declined
        return not wanted and not any(map(str.isalnum, without_markers(self.text)))


@dataclass(slots=True)
class AnswerStream:
    """The text of one call so far; it is held back while it could still become a refusal."""

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
        """Whether reading from the model should stop."""
        return self.written.cancelled or self.written.cut_off

    async def add(self, delta: Delta) -> None:
        """Take the next piece and show the text that can be shown already."""
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
        """Show the text held back so far and return the whole text."""
        held = "" if self.shown else self.raw.strip()
        self.written.declined = held.startswith(NO_ANSWER)
        if not self.written.declined:
            await self._show(self.markers.feed(held) + self.markers.flush())
        self.written.text = "".join(self.pieces).rstrip()
        return self.written

    def _note(self, delta: Delta) -> None:
        """Record the call that ends with this delta; a fallback model adds a second call."""
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
    """Read `stream` until it ends, a reader asks to stop or the limit is reached; then close it."""
    async with aclosing(stream) as deltas:
        while not take.over and (delta := await take.broadcast.unless_cancelled(_next(deltas))):
            await take.add(delta)
            take.written.cancelled = await take.broadcast.cancelled()
        take.written.cancelled = take.broadcast.stopped


async def _next(deltas: AsyncIterator[Delta]) -> Delta | None:
    return await anext(deltas, None)
