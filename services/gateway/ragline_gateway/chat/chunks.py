"""Streams an answer as completion chunks while it is written."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ragline.adapters.redis.entries import Entry
from ragline.contracts.answers import QueryAnswered
from ragline_gateway.chat.models import ChunkChoice, ChunkDelta, CompletionChunk
from ragline_gateway.chat.translation import (
    check_answered,
    completion_id,
    extension,
    finish_reason,
    usage,
)
from ragline_gateway.problems import Problem
from ragline_gateway.streams.frames import PING
from ragline_gateway.streams.mailbox import Answer, Closing
from ragline_gateway.streams.readers import Followed, GaveUp, Silence

_END = b"data: [DONE]\n\n"


class Chunks:
    """Converts the events of a question into chunks; sent text cannot be retracted.

    Only the first attempt at an answer is streamed. If the final text begins with the sent text,
    the rest follows; if not, `ragline.text` of the last chunk holds the final text.
    """

    def __init__(
        self, query_id: str, *, created: int, with_usage: bool, notes: tuple[str, ...] = ()
    ) -> None:
        self._id = completion_id(query_id)
        self._created = created
        self._with_usage = with_usage
        self._notes = notes
        self._attempt: int | None = None
        self._sent = ""

    async def of(self, followed: AsyncGenerator[Followed, None]) -> AsyncGenerator[bytes, None]:
        """Yield server-sent events until the answer is complete."""
        yield self._chunk(ChunkDelta(role="assistant", content="")).as_event()
        async with aclosing(followed):
            async for each in followed:
                for event in self._events(each):
                    yield event

    def _events(self, followed: Followed) -> list[bytes]:
        match followed:
            case Entry() as entry:
                text = self._text(entry)
                self._sent += text
                return [self._chunk(ChunkDelta(content=text)).as_event()] if text else []
            case Silence():
                return [PING]
            case Answer(data):
                return self._last(QueryAnswered.model_validate_json(data))
            case Closing() | GaveUp():
                return [_failed(_INTERRUPTED)]

    def _text(self, entry: Entry) -> str:
        attempt, _ = entry.order
        if attempt == 0:
            return ""
        self._attempt = self._attempt or attempt
        if attempt != self._attempt:
            return ""
        text: str = json.loads(entry.data).get("delta", "")
        return text

    def _last(self, answer: QueryAnswered) -> list[bytes]:
        try:
            check_answered(answer)
        except Problem as problem:
            return [_failed(problem)]
        chunks = []
        if answer.text.startswith(self._sent) and (rest := answer.text[len(self._sent) :]):
            self._sent += rest
            chunks.append(self._chunk(ChunkDelta(content=rest)))
        chunks.append(
            CompletionChunk(
                id=self._id,
                created=self._created,
                choices=(ChunkChoice(delta=ChunkDelta(), finish_reason=finish_reason(answer)),),
                citations=answer.citations,
                ragline=extension(answer, notes=self._notes, streamed=self._sent),
            )
        )
        if self._with_usage:
            chunks.append(
                CompletionChunk(id=self._id, created=self._created, choices=(), usage=usage(answer))
            )
        return [*(chunk.as_event() for chunk in chunks), _END]

    def _chunk(self, delta: ChunkDelta) -> CompletionChunk:
        return CompletionChunk(
            id=self._id, created=self._created, choices=(ChunkChoice(delta=delta),)
        )


_INTERRUPTED = Problem(
    status=503, code="interrupted", title="The stream was interrupted", detail="ask again"
)


def _failed(problem: Problem) -> bytes:
    """Return an error event within a stream, in the form that OpenAI clients expect."""
    error = {"message": problem.title, "type": "server_error", "code": problem.code, "param": None}
    return f"data: {json.dumps({'error': error})}\n\n".encode()
