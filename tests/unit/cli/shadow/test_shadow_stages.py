"""The second configuration is kept open; while it is not, every answer says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.queries import QuerySubmitted
from ragline.errors import Misconfigured, Unavailable
from ragline_cli.shadow.shadow_stages import OpenStages, ShadowStages, open_shadow_stages
from ragline_evaluation.stages import QueryStages

NOW = datetime(2026, 1, 5, tzinfo=UTC)
QUERY = QuerySubmitted(query_id="q", text="How?")


async def pass_on(event: Any) -> Any:
    return event


async def reply(event: Any) -> QueryAnswered:
    return QueryAnswered(
        query_id=event.query_id, status=AnswerStatus.ANSWERED, text="yes", answered_at=NOW
    )


def failing(*errors: Exception) -> OpenStages:
    """Open at last, after these errors."""
    left = list(errors)

    @asynccontextmanager
    async def opened() -> AsyncIterator[QueryStages]:
        if left:
            raise left.pop(0)
        yield QueryStages(classify=pass_on, retrieve=pass_on, rerank=pass_on, answer=reply)

    return opened


@asynccontextmanager
async def second_of(stages: OpenStages) -> AsyncIterator[ShadowStages]:
    never = asyncio.Event()

    async def until() -> None:
        await never.wait()

    async with open_shadow_stages(stages, clock=lambda: NOW, until=until(), pause_s=0.02) as second:
        yield second


async def asked(second: ShadowStages) -> QueryAnswered:
    return await second.answer(QUERY, appended_at=NOW, deadline=None)


async def test_it_answers() -> None:
    async with second_of(failing()) as second:
        assert (await asked(second)).text == "yes"


async def test_while_the_store_is_down_answers_say_so_and_it_is_opened_later() -> None:
    async with second_of(failing(Unavailable("no store"), Unavailable("no store"))) as second:
        failed = await asked(second)
        assert failed.status is AnswerStatus.FAILED
        assert failed.error is not None
        assert (failed.error.code, failed.error.message) == ("unavailable", "no store")
        await asyncio.sleep(0.2)
        assert (await asked(second)).text == "yes"
        assert second.problem is None


async def test_what_can_never_work_is_said_at_once() -> None:
    with pytest.raises(Misconfigured, match="bad plans"):
        async with second_of(failing(Misconfigured("bad plans"))):
            pass


async def test_what_can_never_work_is_an_entry_once_the_shadow_runs() -> None:
    errors = (Unavailable("no store"), Misconfigured("another model's vectors"))
    async with second_of(failing(*errors)) as second:
        await asyncio.sleep(0.2)
        failed = await asked(second)
        assert failed.error is not None
        assert failed.error.code == "misconfigured"


async def test_nobody_has_to_wait_for_models() -> None:
    @asynccontextmanager
    async def endless() -> AsyncIterator[QueryStages]:
        await asyncio.Event().wait()
        yield QueryStages(classify=pass_on, retrieve=pass_on, rerank=pass_on, answer=reply)

    async def stopped() -> None:
        await asyncio.sleep(0.01)

    async with open_shadow_stages(endless, clock=lambda: NOW, until=stopped()) as second:
        failed = await asked(second)
        assert failed.error is not None
        assert "being opened" in failed.error.message
