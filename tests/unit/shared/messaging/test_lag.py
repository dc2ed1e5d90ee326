"""Looking at the lag goes on whatever a look runs into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.errors import KafkaConnectionError
from tests.patience import PATIENCE_S

from ragline.errors import Unavailable
from ragline.messaging import lag
from ragline.messaging.lag import LagReader, looking
from ragline.settings import KafkaSettings


@pytest.mark.parametrize(
    "error", [KafkaConnectionError(), Unavailable("gone"), TimeoutError(), KeyError("a bug")]
)
async def test_a_look_that_fails_is_made_again_on_a_new_connection(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    opened, looks = 0, 0
    again = asyncio.Event()

    @asynccontextmanager
    async def connect(_settings: KafkaSettings) -> AsyncIterator[None]:
        nonlocal opened
        opened += 1
        yield

    async def look(_reader: LagReader) -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise error
        if looks == 3:
            again.set()

    monkeypatch.setattr(lag, "open_lag_reader", connect)
    async with looking(KafkaSettings(), look, every_s=0.001), asyncio.timeout(PATIENCE_S):
        await again.wait()
    assert opened == 2


async def test_while_nothing_is_under_way_most_looks_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, asked = 0, 0
    done = asyncio.Event()

    @asynccontextmanager
    async def connect(_settings: KafkaSettings) -> AsyncIterator[None]:
        yield

    async def look(_reader: LagReader) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            done.set()

    def idle() -> bool:
        nonlocal asked
        asked += 1
        return asked < 6

    monkeypatch.setattr(lag, "open_lag_reader", connect)
    async with (
        looking(KafkaSettings(), look, every_s=0.001, idle=idle),
        asyncio.timeout(PATIENCE_S),
    ):
        await done.wait()
    assert asked >= 6
