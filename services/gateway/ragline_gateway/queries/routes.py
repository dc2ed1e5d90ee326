"""`/v1/queries`: ask, look up, cancel."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from ragline_gateway.access.gate import Asker
from ragline_gateway.api_document import problems
from ragline_gateway.body_kind import JSON_BODY
from ragline_gateway.parts import Deps
from ragline_gateway.queries.models import AskBody, Links, QueryState
from ragline_gateway.queries.prefer import wait_seconds

router = APIRouter(prefix="/v1/queries", tags=["queries"])
_ASK: dict[int | str, dict[str, Any]] = {
    200: {"model": QueryState, "description": "Answered within `Prefer: wait`"}
}

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="the same key makes a repeat the same question, with one answer",
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        description="`wait=N` waits up to N seconds for the answer (RFC 7240)",
        examples=["wait=20"],
    ),
]


@router.post(
    "",
    status_code=202,
    summary="Ask a question",
    responses={**_ASK, **problems(409, 415)},
    dependencies=[JSON_BODY],
)
async def ask(
    body: AskBody,
    caller: Asker,
    parts: Deps,
    response: Response,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> QueryState:
    """Publish a question: 202 with its id, or 200 with its answer within `Prefer: wait=N`."""
    record = await parts.asking.ask(body, caller, idempotency_key=idempotency_key)
    response.headers["Location"] = Links.of(record.query_id).self
    seconds = wait_seconds(prefer, most=parts.settings.max_wait_s)
    answer = await parts.streams.answer(record, within_s=seconds) if seconds else None
    if answer is not None:
        response.status_code = 200
        response.headers["Preference-Applied"] = f"wait={seconds:.0f}"
    return QueryState.of(record, json.loads(answer) if answer else None)


@router.get("/{query_id}", summary="A question and its answer", responses=problems(404))
async def state(query_id: str, caller: Asker, parts: Deps, response: Response) -> QueryState:
    """Return a question's state; `status` is `pending` while there is no answer."""
    record = await parts.looking.record(query_id, caller)
    answer = await parts.looking.answer(record)
    if answer is None:
        response.headers["Retry-After"] = "1"
    return QueryState.of(record, json.loads(answer) if answer else None)


@router.delete("/{query_id}", status_code=202, summary="Ask to stop", responses=problems(404))
async def cancel(query_id: str, caller: Asker, parts: Deps) -> QueryState:
    """Ask the generator to stop writing; the question still gets its one answer."""
    record = await parts.looking.record(query_id, caller)
    await parts.looking.cancel(record)
    answer = await parts.looking.answer(record)
    return QueryState.of(record, json.loads(answer) if answer else None)
