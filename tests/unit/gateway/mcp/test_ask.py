"""A call that nobody waits for any more: its question is stopped, whatever else fails."""

from __future__ import annotations

import asyncio

import pytest
from tests.patience import PATIENCE_S
from tests.unit.gateway.mcp.agents import Endless, make_parts
from tests.unit.gateway.real_api import CALLERS

from ragline_gateway.mcp.ask import ask
from ragline_gateway.mcp.models import AskArguments
from ragline_gateway.mcp.progress import ProgressStep


async def unheard(_: ProgressStep) -> None:
    """Tell nobody."""


@pytest.mark.parametrize("away", [False, True])
async def test_a_cancelled_call_asks_the_generator_to_stop(away: bool) -> None:
    pipeline = Endless(away=away)
    parts = make_parts(pipeline)
    arguments, caller = AskArguments(text="Where?"), CALLERS["asker"]

    call = asyncio.create_task(ask(arguments, caller, parts, key=None, tell=unheard))
    async with asyncio.timeout(PATIENCE_S):
        await pipeline.follows.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    asked = [each.query_id for each in pipeline.records.values()]
    assert pipeline.cancelled == ([] if away else asked)
    assert (len(asked), pipeline.left) == (1, 1)
