"""An answer as chunks of a completion while it is written."""

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
    """Turns what happens to a question into chunks; what was sent cannot be taken back.

    Only the first attempt seen is streamed. Where the final text begins with what was sent, the
    rest follows; where it does not, the last chunk's `ragline.text` is the text that counts.
    """

    def __init__(self, query_id: str, *, created: int, with_usage: bool) -> None:
        self._id = completion_id(query_id)
        self._created = created
        self._with_usage = with_usage
        self._attempt: int | None = None
        self._sent = ""

    async def of(self, followed: AsyncGenerator[Followed, None]) -> AsyncGenerator[bytes, None]:
        """Yield server-sent events until the answer has been told."""
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
                ragline=extension(answer, streamed=self._sent),
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
    """Return an error in the middle of a stream, as OpenAI clients expect it."""
    error = {"message": problem.title, "type": "server_error", "code": problem.code, "param": None}
    return f"data: {json.dumps({'error': error})}\n\n".encode()
