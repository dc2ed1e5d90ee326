"""Passages, events and doubles for the generator's tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ragline.contracts.base import QueryRef
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import CandidatesRanked, Passage
from ragline.model_settings import LlmSettings
from ragline.ports.models import ChatMessage, Delta
from ragline_generator.rules import Rules
from ragline_generator.settings import AnswerSettings
from ragline_generator.writing.writer import WriterLimits

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


def make_passage(text: str, *, chunk: str = "c1", start: int = 0, **fields: Any) -> Passage:
    defaults: dict[str, Any] = {
        "document_id": f"doc-{chunk}",
        "version": 3,
        "ordinal": 0,
        "title": "",
        "score": 1.0,
    }
    return Passage(
        chunk_id=chunk, text=text, start=start, end=start + len(text), **(defaults | fields)
    )


def make_event(question: str, passages: Sequence[Passage] = (), **fields: Any) -> CandidatesRanked:
    defaults: dict[str, Any] = {
        "query_id": "q1",
        "intent": Intent.FACTUAL,
        "confidence": 0.9,
        "standalone_text": question,
        "plan": Plan(name="factual", weights={SearchKind.VECTOR: 1.0}),
        "watermark": 1_700_000_000_000,
        "deadline": NOW + timedelta(seconds=30),
    }
    return CandidatesRanked(text=question, passages=tuple(passages), **(defaults | fields))


def make_rules(**changes: Any) -> Rules:
    """Return the rules of the default settings, but for `changes`."""
    return replace(AnswerSettings().rules(LlmSettings()), **changes)


# One call of the model, no second try
ONE_TRY = WriterLimits(timeout_s=30.0, reserve_s=1.0, least_s=2.0, attempts=1)


def count_words(text: str) -> int:
    return len(text.split())


class WordTokenizer:
    """One token per word, so that a reader can check budgets by counting."""

    async def counter(self, texts: Collection[str]) -> Callable[[str], int]:
        return count_words


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class RecordingStream:
    """Records the streamed text, by attempt; with `up` false it acts like a Redis that is down."""

    up: bool = True
    cancel_after: int | None = None
    attempts: list[str] = field(default_factory=list)
    status: str | None = None
    polls: int = 0

    async def start(self, query: QueryRef) -> int:
        if not self.up:
            return 0
        self.attempts.append("")
        return len(self.attempts)

    async def append(self, query: QueryRef, *, attempt: int, text: str) -> None:
        self.attempts[attempt - 1] += text

    async def finish(self, query: QueryRef, *, attempt: int, status: str) -> None:
        self.status = status

    async def cancelled(self, query: QueryRef) -> bool:
        self.polls += 1
        return self.cancel_after is not None and self.polls > self.cancel_after


Piece = str | Delta | float | Exception


@dataclass
class ScriptedModel:
    """A language model that plays back calls: text, deltas, seconds of silence, or an error."""

    calls: list[Sequence[Piece]]
    model: str = "model-a"
    answered_by: str | None = None
    prompts: list[Sequence[ChatMessage]] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    max_tokens: list[int] = field(default_factory=list)
    before_piece: Callable[[], None] = lambda: None
    closed: bool = False

    @property
    def model_id(self) -> str:
        return self.model

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        timeout: float,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Delta, None]:
        self.prompts.append(messages)
        self.timeouts.append(timeout)
        self.max_tokens.append(max_tokens)
        try:
            for piece in self.calls.pop(0):
                self.before_piece()
                if isinstance(piece, Exception):
                    raise piece
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                    continue
                yield piece if isinstance(piece, Delta) else Delta(text=piece)
            yield Delta(
                model=self.answered_by or self.model, prompt_tokens=100, completion_tokens=20
            )
        finally:
            self.closed = True

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        raise NotImplementedError

    async def write_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: dict[str, Any],
        max_tokens: int,
        timeout: float,
    ) -> Delta:
        whole = Delta()
        async with aclosing(
            self.stream(messages, max_tokens=max_tokens, timeout=timeout)
        ) as deltas:
            async for delta in deltas:
                whole = replace(delta, text=whole.text + delta.text)
        return whole
