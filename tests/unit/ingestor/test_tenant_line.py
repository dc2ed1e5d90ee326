"""A line for the parsers, the model or the store, and what liveness hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from ragline_ingestor.tenant_line import TenantLine


class ListeningSlot:
    """Keeps how long it may be quiet after each sign of life."""

    def __init__(self) -> None:
        self.quiet: list[float] = []

    def parked(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def signal(self) -> Callable[[float], None]:
        return self.quiet.append


async def test_who_waits_behind_a_long_step_may_be_quiet_for_as_long() -> None:
    slot = ListeningSlot()
    line = TenantLine(1, slot=slot)
    release = asyncio.Event()

    async def last(longest_s: float) -> None:
        async with line.turn("acme", longest_s=longest_s):
            await release.wait()

    long = asyncio.create_task(last(100))
    await asyncio.sleep(0)
    slot.quiet.clear()
    short = asyncio.create_task(last(1))
    await asyncio.sleep(0)
    assert slot.quiet == [100]
    release.set()
    await asyncio.gather(long, short)
    slot.quiet.clear()
    await last(1)
    assert slot.quiet == [1, 1, 0]


async def test_a_step_that_fails_is_no_sign_of_life_and_leaves_its_place() -> None:
    slot = ListeningSlot()
    line = TenantLine(1, slot=slot)
    for _ in range(2):
        slot.quiet.clear()
        try:
            async with line.turn("acme", longest_s=5):
                raise ValueError
        except ValueError:
            assert slot.quiet == [5, 5]
