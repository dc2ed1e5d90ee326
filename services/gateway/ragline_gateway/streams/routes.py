"""`/v1/queries/{id}/events`: a question's progress as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from ragline_gateway.access.gate import Asker
from ragline_gateway.api_document import problems
from ragline_gateway.parts import Deps, Parts
from ragline_gateway.problems import Problem
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.streams.frames import DONE, ENTRY_ID, frame
from ragline_gateway.streams.readers import START
from ragline_gateway.streams.response import EventStream

router = APIRouter(prefix="/v1/queries", tags=["queries"])

_NO_ANSWER = Problem(
    status=504,
    code="no-answer",
    title="No answer came",
    detail="not even `expired`: look at the pipeline's health, then ask again",
)
_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "examples": ["1-7"]},
        "event": {"enum": ["stage", "token", "answer", "problem"]},
        "data": {"type": "string", "description": "JSON"},
    },
    "required": ["id", "event", "data"],
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`stage`, `token` and, last, `answer` (or `problem`); each has an `id`",
        "content": {"text/event-stream": {"schema": _EVENT}},
    },
    204: {"description": "Nothing comes any more: `Last-Event-ID` was the last event's"},
}


@router.get(
    "/{query_id}/events",
    summary="Follow a question",
    response_class=EventStream,
    responses={**_STREAM, **problems(404)},
)
async def events(
    query_id: str,
    caller: Asker,
    parts: Deps,
    last_event_id: Annotated[
        str,
        Header(
            pattern=rf"^({ENTRY_ID}|{DONE})?$",
            description="go on after this event",
            examples=["1-7"],
        ),
    ] = "",
) -> Response:
    """Stream a question's events until its answer; resumes after a lost connection."""
    record = await parts.looking.record(query_id, caller)
    if last_event_id == DONE:
        return Response(status_code=204)
    check_room(parts)
    return EventStream(_frames(parts, record, last_event_id or START))


def check_room(parts: Parts) -> None:
    """Refuse a stream when this replica has reached its maximum.

    Raises:
        Problem: 503, try another replica.
    """
    if parts.streams.full:
        raise Problem(
            status=503,
            code="too-many-streams",
            title="This replica has as many streams as it may",
            detail="connect again: another replica may have room",
        )


async def _frames(parts: Parts, record: QueryRecord, last_id: str) -> AsyncGenerator[bytes, None]:
    async with aclosing(parts.streams.follow(record, last_id)) as following:
        async for followed in following:
            yield frame(followed, gave_up=_NO_ANSWER.body())
