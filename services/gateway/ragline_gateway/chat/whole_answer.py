"""Waits for an answer as a whole."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from ragline.contracts.answers import QueryAnswered
from ragline_gateway.chat.translation import check_answered
from ragline_gateway.parts import Parts
from ragline_gateway.problems import Problem
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.queries.stop import stop

# Only the log tells it
_GONE = Problem(status=499, code="client-gone", title="The client has gone")


async def whole_answer(
    parts: Parts, record: QueryRecord, request: Request, *, for_json: bool
) -> QueryAnswered:
    """Return the answer to the question of `request`, or its refusal.

    Raises:
        Problem: 504, none came; 499, the client has gone; or what `check_answered` says of the
            answer that came.
    """
    left = (record.deadline - parts.clock()).total_seconds()
    answer = parts.streams.answer(record, within_s=left + parts.settings.max_wait_s)
    waiting, gone = asyncio.create_task(answer), asyncio.create_task(_until_gone(request))
    try:
        await asyncio.wait((waiting, gone), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            await stop(parts.looking, record)
            raise _GONE
        found = waiting.result()
    finally:
        waiting.cancel()
        gone.cancel()
    if found is None:
        raise Problem(status=504, code="no-answer", title="No answer came", detail="ask again")
    told = QueryAnswered.model_validate_json(found)
    check_answered(told, for_json=for_json)
    return told


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
