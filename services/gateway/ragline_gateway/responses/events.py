"""Streams an answer as the typed events of the Responses API.

Unlike a chat's chunks, the events have a place for the text that counts: those behind the pieces
state it whole.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from ragline.contracts.answers import QueryAnswered
from ragline_gateway.chat.streamed_answer import StreamedAnswer
from ragline_gateway.chat.translation import AnswerContent
from ragline_gateway.problems import Problem
from ragline_gateway.responses.models import (
    OutputMessage,
    OutputRefusal,
    OutputText,
    ResponseBody,
    Status,
)
from ragline_gateway.responses.translation import failure, message_id, response, response_id


class ResponseEvents(StreamedAnswer):
    """The events of one response, with one message that has one part."""

    def __init__(
        self,
        query_id: str,
        *,
        created_at: int,
        for_json: bool = False,
        notes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(for_json=for_json)
        self._query_id = query_id
        self._created_at = created_at
        self._notes = notes
        self._number = 0
        self._part_is_open = False
        self._item = {"item_id": message_id(query_id), "output_index": 0, "content_index": 0}

    def _begin(self) -> list[bytes]:
        begun = self._body("in_progress")
        return [
            self._event("response.created", response=begun),
            self._event("response.in_progress", response=begun),
        ]

    def _piece(self, text: str) -> list[bytes]:
        return [
            *self._opened(OutputText(text="")),
            self._event_of_part("response.output_text.delta", delta=text, logprobs=[]),
        ]

    def _opened(self, part: OutputText | OutputRefusal) -> list[bytes]:
        """Return the events with which the message and its part begin, once."""
        if self._part_is_open:
            return []
        self._part_is_open = True
        message = OutputMessage(id=message_id(self._query_id), status="in_progress")
        return [
            self._event("response.output_item.added", output_index=0, item=message),
            self._event_of_part("response.content_part.added", part=part),
        ]

    def _last(self, answer: QueryAnswered, content: AnswerContent) -> list[bytes]:
        whole = response(answer, content, created_at=self._created_at, notes=self._notes)
        (message,) = whole.output
        (part,) = message.content
        ended = "incomplete" if whole.status == "incomplete" else "completed"
        told = self._refused(part) if isinstance(part, OutputRefusal) else self._said(part)
        return [
            *told,
            self._event_of_part("response.content_part.done", part=part),
            self._event("response.output_item.done", output_index=0, item=message),
            self._event(f"response.{ended}", response=whole),
        ]

    def _said(self, part: OutputText) -> list[bytes]:
        return [
            *self._opened(OutputText(text="")),
            *(
                self._event_of_part(
                    "response.output_text.annotation.added",
                    annotation_index=number,
                    annotation=annotation,
                )
                for number, annotation in enumerate(part.annotations)
            ),
            self._event_of_part("response.output_text.done", text=part.text, logprobs=[]),
        ]

    def _refused(self, part: OutputRefusal) -> list[bytes]:
        return [
            *self._opened(OutputRefusal(refusal="")),
            self._event_of_part("response.refusal.delta", delta=part.refusal),
            self._event_of_part("response.refusal.done", refusal=part.refusal),
        ]

    def _failed(self, problem: Problem) -> list[bytes]:
        failed = self._body("failed").model_copy(update={"error": failure(problem)})
        return [self._event("response.failed", response=failed)]

    def _body(self, status: Status) -> ResponseBody:
        return ResponseBody(
            id=response_id(self._query_id), created_at=self._created_at, status=status
        )

    def _event_of_part(self, kind: str, **fields: Any) -> bytes:
        return self._event(kind, **self._item, **fields)

    def _event(self, kind: str, **fields: Any) -> bytes:
        told = {
            name: value.model_dump(mode="json") if isinstance(value, BaseModel) else value
            for name, value in fields.items()
        }
        data = {"type": kind, "sequence_number": self._number, **told}
        self._number += 1
        return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()
