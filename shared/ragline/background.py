"""Background work that runs as long as a block, and calls that may take only so long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

# longer than orderly ends take
_CANCEL_AGAIN_S = 10.0


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
        await cancelled(task)


async def cancelled(task: asyncio.Task[None]) -> None:
    """Cancel a task until it has ended, and raise what it raised.

    A client's library may take one cancellation for its own timeout; the work would go on for ever,
    and who waits for its end would, too.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_S)
    if not task.cancelled():
        task.result()


@asynccontextmanager
async def repeating(call: Callable[[], Awaitable[None]], *, every_s: float) -> AsyncIterator[None]:
    """Call `call` every `every_s` seconds while the block runs; log failures and go on."""
    ended = False

    async def forever() -> None:
        while True:
            try:
                await call()
            except Exception:
                log.exception("the task that runs every %g s failed", every_s)
            if ended:
                return
            await asyncio.sleep(every_s)

    async with beside(forever()):
        try:
            yield
        finally:
            ended = True


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
