"""Something that is done from time to time, beside what the service does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ragline.background import beside

log = logging.getLogger(__name__)


@asynccontextmanager
async def repeating(call: Callable[[], Awaitable[None]], *, every_s: float) -> AsyncIterator[None]:
    """Call again and again while the block runs; a call that fails is logged and made again."""

    async def forever() -> None:
        while True:
            try:
                await call()
            except Exception:
                log.exception("what is done every %g s failed", every_s)
            await asyncio.sleep(every_s)

    async with beside(forever()):
        yield
