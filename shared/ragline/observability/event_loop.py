"""How late the event loop is: what blocks it delays every record, probe and heartbeat."""

from __future__ import annotations

import asyncio

from ragline.observability.metrics import Metrics

_EVERY_S = 1.0


async def watch_event_loop(metrics: Metrics, *, every_s: float = _EVERY_S) -> None:
    """Measure for ever how much later than asked a sleep ends."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_s
        await asyncio.sleep(every_s)
        metrics.observe("ragline_event_loop_lag_seconds", max(0.0, loop.time() - due))
