"""`ragline ask`: a question, its answer, its sources and where the time went."""

from __future__ import annotations

import asyncio
import sys
import time
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from ragline.contracts.base import DEFAULT_TENANT
from ragline.errors import DeadlineExceeded, Misconfigured
from ragline_cli.ask.filters import KEYS, parse_filters
from ragline_cli.connection import AsJson, Bootstrap, Connection, RedisUrl, Tenant, connection
from ragline_cli.console import ExitCode, out, print_json, report_error

if TYPE_CHECKING:
    from ragline.contracts.answers import AnswerStatus, QueryAnswered
    from ragline.contracts.queries import QuerySubmitted


class AnswerExit(IntEnum):
    """Exit codes of `ask` beyond those of all commands."""

    REFUSED = 4
    UNANSWERED = 5


def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    *,
    tenant: Tenant = DEFAULT_TENANT,
    group: Annotated[
        list[str] | None, typer.Option(help="A group of the asker; may be repeated.")
    ] = None,
    filter_: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE",
            help=f"Limit the search: {', '.join(KEYS)}; repeatable.",
        ),
    ] = None,
    stream: Annotated[bool, typer.Option(help="Show the answer while it is written.")] = True,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds until it expires.")] = 60.0,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
    redis: RedisUrl = None,
) -> None:
    """Ask a question; exit code 0 answered, 3 nothing to ask, 4 refused, 5 failed or expired."""
    query = _query(question, tenant, group or [], filter_ or [], stream=stream and not as_json)
    target = connection(bootstrap, redis)
    try:
        answer, elapsed_ms = asyncio.run(_ask(target, query, timeout, as_json=as_json))
    except DeadlineExceeded as error:
        report_error(error)
        raise typer.Exit(AnswerExit.UNANSWERED) from error
    _show(answer, elapsed_ms, as_json=as_json)
    raise typer.Exit(exit_code_of(answer.status))


def exit_code_of(status: AnswerStatus) -> int:
    """Return the exit code for the status of an answer."""
    from ragline.contracts.answers import AnswerStatus

    if status is AnswerStatus.ANSWERED:
        return ExitCode.OK
    return AnswerExit.REFUSED if status is AnswerStatus.REFUSED else AnswerExit.UNANSWERED


def _query(
    question: str, tenant: str, groups: list[str], filters: list[str], *, stream: bool
) -> QuerySubmitted:
    from pydantic import ValidationError

    from ragline.contracts.queries import Options, Principal, QuerySubmitted

    try:
        return QuerySubmitted(
            query_id=uuid4().hex,
            text=question,
            tenant=tenant,
            principal=Principal(groups=tuple(groups)),
            filters=parse_filters(filters),
            options=Options(stream=stream),
        )
    except ValidationError as error:
        reason = error.errors()[0]
        field = ".".join(map(str, reason["loc"]))
        raise typer.BadParameter(f"{field}: {reason['msg']}") from error
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error


async def _ask(
    target: Connection, query: QuerySubmitted, timeout: float, *, as_json: bool
) -> tuple[QueryAnswered, float]:
    """Return the answer and the milliseconds from publishing to reading it."""
    from ragline_cli.ask.asker import open_asker
    from ragline_cli.ask.live_text import LiveText

    text = LiveText(_write)
    on_token = text.token if query.options.stream else None
    async with open_asker(target.kafka, target.redis) as asker:
        started = time.perf_counter()
        answer = await asker.ask(query, on_token=on_token, timeout=timeout)
        elapsed_ms = 1000 * (time.perf_counter() - started)
    if not as_json:
        text.finish(answer.text)
    return answer, elapsed_ms


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _show(answer: QueryAnswered, elapsed_ms: float, *, as_json: bool) -> None:
    from ragline_cli.ask.view import details

    if as_json:
        print_json(answer.model_dump(mode="json") | {"elapsed_ms": round(elapsed_ms, 1)})
    else:
        out.print(details(answer, elapsed_ms=elapsed_ms))
