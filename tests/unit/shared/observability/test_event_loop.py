"""The event loop's lag: what blocks it is measured."""

from __future__ import annotations

import asyncio
import time

from tests.patience import PATIENCE_S

from ragline.background import beside
from ragline.observability.event_loop import watch_event_loop
from ragline.observability.metrics import Metrics

LAG = "ragline_event_loop_lag_seconds"


async def test_what_blocks_the_loop_is_measured() -> None:
    metrics = Metrics()
    async with beside(watch_event_loop(metrics, every_s=0.01)):
        await asyncio.sleep(0)
        time.sleep(0.2)  # noqa: ASYNC251  blocks, as no stage should
        async with asyncio.timeout(PATIENCE_S):
            while not metrics.registry.get_sample_value(f"{LAG}_count"):
                await asyncio.sleep(0.01)

    slowest = metrics.registry.get_sample_value(f"{LAG}_sum")
    assert slowest is not None
    assert slowest >= 0.1
