"""A call that nobody waits for any more: its question is stopped, whatever else fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from tests.patience import PATIENCE_S
from tests.unit.gateway.mcp.agents import Pipeline, make_parts
from tests.unit.gateway.real_api import CALLERS

from ragline.errors import Unavailable
from ragline_gateway.mcp.ask import ask
from ragline_gateway.mcp.models import AskArguments
from ragline_gateway.mcp.progress import ProgressStep
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.streams.readers import Followed, Silence


async def unheard(_: ProgressStep) -> None:
    """Tell nobody."""


@dataclass
class Endless(Pipeline):
    """Never answers."""

    follows: asyncio.Event = field(default_factory=asyncio.Event)
    left: int = 0
    away: bool = False

    async def follow(self, record: QueryRecord) -> AsyncGenerator[Followed, None]:
        try:
            yield Silence()
            self.follows.set()
            await asyncio.Event().wait()
        finally:
            self.left += 1

    async def cancel(self, record: QueryRecord) -> None:
        if self.away:
            raise Unavailable("redis is away")
        await asyncio.sleep(0)  # a cancelled task would end here if it were not shielded
        await super().cancel(record)


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
