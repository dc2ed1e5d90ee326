"""Streams an answer as completion chunks while it is written."""

from __future__ import annotations

import json

from ragline.contracts.answers import QueryAnswered
from ragline_gateway.chat.models import ChunkChoice, ChunkDelta, CompletionChunk
from ragline_gateway.chat.streamed_answer import StreamedAnswer
from ragline_gateway.chat.translation import (
    AnswerContent,
    completion_id,
    extension,
    finish_reason,
    usage,
)
from ragline_gateway.problem_responses import openai_error
from ragline_gateway.problems import Problem

_END = b"data: [DONE]\n\n"


class Chunks(StreamedAnswer):
    """The chunks of a completion; `ragline.text` of the last one is the text that counts."""

    def __init__(
        self,
        query_id: str,
        *,
        created: int,
        with_usage: bool,
        for_json: bool = False,
        notes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(for_json=for_json)
        self._id = completion_id(query_id)
        self._created = created
        self._with_usage = with_usage
        self._notes = notes

    def _begin(self) -> list[bytes]:
        return [self._chunk(ChunkDelta(role="assistant", content="")).as_event()]

    def _piece(self, text: str) -> list[bytes]:
        return [self._chunk(ChunkDelta(content=text)).as_event()]

    def _last(self, answer: QueryAnswered, content: AnswerContent) -> list[bytes]:
        chunks, said = [], self._sent
        if content.refusal is not None:
            said = content.refusal
            chunks.append(self._chunk(ChunkDelta(refusal=said)))
        chunks.append(
            CompletionChunk(
                id=self._id,
                created=self._created,
                choices=(ChunkChoice(delta=ChunkDelta(), finish_reason=finish_reason(answer)),),
                citations=answer.citations,
                ragline=extension(answer, notes=self._notes, said=said),
            )
        )
        if self._with_usage:
            chunks.append(
                CompletionChunk(id=self._id, created=self._created, choices=(), usage=usage(answer))
            )
        return [*(chunk.as_event() for chunk in chunks), _END]

    def _failed(self, problem: Problem) -> list[bytes]:
        """Return an error event within a stream, in the form that OpenAI clients expect."""
        return [f"data: {json.dumps({'error': openai_error(problem)})}\n\n".encode()]

    def _chunk(self, delta: ChunkDelta) -> CompletionChunk:
        return CompletionChunk(
            id=self._id, created=self._created, choices=(ChunkChoice(delta=delta),)
        )
