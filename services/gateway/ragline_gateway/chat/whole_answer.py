"""Waits for an answer as a whole."""

from __future__ import annotations

from ragline.contracts.answers import QueryAnswered
from ragline_gateway.chat.translation import check_answered
from ragline_gateway.parts import Parts
from ragline_gateway.problems import Problem
from ragline_gateway.queries.records import QueryRecord


async def whole_answer(parts: Parts, record: QueryRecord, *, for_json: bool) -> QueryAnswered:
    """Return the answer to a question, or its refusal.

    Raises:
        Problem: 504, none came; or what `check_answered` says of the one that did.
    """
    left = (record.deadline - parts.clock()).total_seconds()
    found = await parts.streams.answer(record, within_s=left + parts.settings.max_wait_s)
    if found is None:
        raise Problem(status=504, code="no-answer", title="No answer came", detail="ask again")
    answer = QueryAnswered.model_validate_json(found)
    check_answered(answer, for_json=for_json)
    return answer
