"""Background work that runs as long as a block, and calls that may take only so long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

log = logging.getLogger(__name__)


@asynccontextmanager
async def beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run `work` while the block runs, then cancel it and wait until it has ended.

    Raises:
        Exception: what `work` itself raised, at the end of the block.
    """
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


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


async def within(seconds: float | None, call: Awaitable[object]) -> bool:
    """Wait for a call, at most `seconds` if not None, and return whether it ended in time.

    For the last calls of a client that waits forever for a broker that is down.
    """
    try:
        async with asyncio.timeout(seconds):
            await call
    except TimeoutError:
        return False
    return True
