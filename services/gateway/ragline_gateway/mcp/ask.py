"""The tool `ask`: a question is published, followed with its progress, and stopped if nobody waits.

Cancelling goes the way that `DELETE /v1/queries/{id}` goes: the generator is asked to stop writing,
and the question still gets its one answer on its topic.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing

from ragline.adapters.redis.entries import Entry
from ragline.contracts.answers import QueryAnswered
from ragline_gateway.access.caller import Caller
from ragline_gateway.chat.translation import check_answered
from ragline_gateway.mcp.models import AskArguments, AskResult
from ragline_gateway.mcp.progress import AskProgress, ProgressStep
from ragline_gateway.parts import Parts
from ragline_gateway.problems import Problem
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.streams.mailbox import Answer, Closing
from ragline_gateway.streams.only_reader import only_reader
from ragline_gateway.streams.routes import check_room

Tell = Callable[[ProgressStep], Awaitable[None]]


async def ask(
    arguments: AskArguments, caller: Caller, parts: Parts, *, key: str | None, tell: Tell
) -> AskResult:
    """Return the answer; a repeat by the same caller with the same `key` is the same question.

    Args:
        arguments: the question.
        caller: whose documents are searched.
        parts: the gateway's components.
        key: names the call, for a notification that cancels it later; None where nothing can.
        tell: receives the progress.

    Raises:
        Problem: the question failed or expired, its schema was not filled, or this replica stops
            or is full.
        Unavailable: Kafka does not answer.
        asyncio.CancelledError: nobody waits any more; the generator is asked to stop.
    """
    check_room(parts)
    record = await parts.asking.ask(arguments, caller, idempotency_key=key)
    answer = await _answer(parts, record, tell)
    check_answered(answer, for_json=arguments.options.json_schema is not None)
    return AskResult.of(answer)


async def _answer(parts: Parts, record: QueryRecord, tell: Tell) -> QueryAnswered:
    progress = AskProgress()
    async with aclosing(only_reader(parts, record)) as following:
        async for followed in following:
            match followed:
                case Entry() as entry:
                    if (step := progress.after(entry)) is not None:
                        await tell(step)
                case Answer(data):
                    return QueryAnswered.model_validate_json(data)
                case Closing():
                    raise Problem(
                        status=503,
                        code="interrupted",
                        title="This replica of the gateway stops",
                        detail="call again: another one takes the question",
                    )
    raise Problem(status=504, code="no-answer", title="No answer came", detail="ask again")
