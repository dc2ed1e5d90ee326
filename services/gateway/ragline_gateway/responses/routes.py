"""`/v1/responses`, as OpenAI's clients call it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ragline_gateway.access.gate import Asker
from ragline_gateway.api_document import problems
from ragline_gateway.body_kind import JSON_BODY
from ragline_gateway.chat.translation import content_of
from ragline_gateway.chat.whole_answer import whole_answer
from ragline_gateway.parts import Deps
from ragline_gateway.responses.events import ResponseEvents
from ragline_gateway.responses.models import ResponseBody, ResponseRequest
from ragline_gateway.responses.translation import question, response
from ragline_gateway.streams.only_reader import only_reader
from ragline_gateway.streams.response import EventStream
from ragline_gateway.streams.routes import check_room

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])

_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "examples": ["response.output_text.delta"]},
        "data": {"type": "string", "description": "the event as JSON"},
    },
    "required": ["event", "data"],
}


@router.post(
    "/responses",
    summary="Response with citations",
    response_model=ResponseBody,
    responses={
        200: {
            "description": "The response; with `stream` server-sent events",
            "content": {"text/event-stream": {"schema": _EVENT}},
        },
        **problems(400, 404, 415, 504),
    },
    dependencies=[JSON_BODY],
)
async def respond(
    body: ResponseRequest, request: Request, caller: Asker, parts: Deps
) -> Response | ResponseBody:
    """Answer the input's last message from the documents, streaming if `stream` is set."""
    if body.stream:
        check_room(parts)
    asked = question(body)
    record = await parts.asking.ask(asked.body, caller)
    created_at = int(record.submitted_at.timestamp())
    if body.stream:
        events = ResponseEvents(
            record.query_id, created_at=created_at, for_json=asked.for_json, notes=asked.notes
        )
        return EventStream(events.of(only_reader(parts, record)))
    answer = await whole_answer(parts, record, request, for_json=asked.for_json)
    content = content_of(answer, for_json=asked.for_json)
    return response(answer, content, created_at=created_at, notes=asked.notes)
