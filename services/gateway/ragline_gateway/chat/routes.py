"""`/v1/chat/completions` and `/v1/models`, as OpenAI's clients call them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ragline_gateway.access.gate import Asker
from ragline_gateway.api_document import problems
from ragline_gateway.body_kind import JSON_BODY
from ragline_gateway.chat.chunks import Chunks
from ragline_gateway.chat.models import ChatRequest, Completion, Model, Models
from ragline_gateway.chat.translation import check_model, completion, question
from ragline_gateway.chat.whole_answer import whole_answer
from ragline_gateway.parts import Deps
from ragline_gateway.streams.only_reader import only_reader
from ragline_gateway.streams.response import EventStream
from ragline_gateway.streams.routes import check_room

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])

_EVENT = {
    "type": "object",
    "properties": {"data": {"type": "string", "description": "a chunk as JSON, or `[DONE]`"}},
    "required": ["data"],
}


@router.post(
    "/chat/completions",
    summary="Chat completion with citations",
    response_model=Completion,
    responses={
        200: {
            "description": "The completion; with `stream` server-sent events of chunks",
            "content": {"text/event-stream": {"schema": _EVENT}},
        },
        **problems(400, 404, 415, 504),
    },
    dependencies=[JSON_BODY],
)
async def complete(
    body: ChatRequest, request: Request, caller: Asker, parts: Deps
) -> Response | Completion:
    """Answer the last user message from the documents, streaming if `stream` is set."""
    if body.stream:
        check_room(parts)
    asked = question(body)
    record = await parts.asking.ask(asked.body, caller)
    if body.stream:
        options = body.stream_options
        chunks = Chunks(
            record.query_id,
            created=int(record.submitted_at.timestamp()),
            with_usage=bool(options and options.include_usage),
            for_json=asked.for_json,
            notes=asked.notes,
        )
        return EventStream(chunks.of(only_reader(parts, record)))
    answer = await whole_answer(parts, record, request, for_json=asked.for_json)
    return completion(answer, for_json=asked.for_json, notes=asked.notes)


@router.get("/models", summary="The models")
async def models(_caller: Asker) -> Models:
    """Return the only model, `ragline`: the operator chooses the language model behind it."""
    return Models()


@router.get("/models/{model}", summary="One model", responses=problems(404))
async def model(model: str, _caller: Asker) -> Model:
    """Return a model."""
    check_model(model, within="path")
    return Model()
