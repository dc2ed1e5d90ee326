"""Runs a function periodically in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ragline.background import beside

log = logging.getLogger(__name__)


@asynccontextmanager
async def repeating(call: Callable[[], Awaitable[None]], *, every_s: float) -> AsyncIterator[None]:
    """Call `call` every `every_s` seconds while the block runs; log failures and go on."""

    async def forever() -> None:
        while True:
            try:
                await call()
            except Exception:
                log.exception("the task that runs every %g s failed", every_s)
            await asyncio.sleep(every_s)

    async with beside(forever()):
        yield
