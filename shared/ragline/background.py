"""Background work that runs as long as a block, and calls that may take only so long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

# longer than orderly ends take
_CANCEL_AGAIN_S = 10.0
# work that fails before it has waited would keep a core busy
_AFTER_FAILURE_S = 1.0


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
async def repeating(
    call: Callable[[], Awaitable[None]], *, every_s: float | None
) -> AsyncIterator[None]:
    """Call `call` again and again while the block runs; log failures and go on.

    Args:
        call: what to do.
        every_s: seconds from a call's end to the next call; None if `call` itself waits for its
            work, and is called again at once.
    """
    ended = False

    async def forever() -> None:
        while True:
            pause_s = every_s or 0.0
            try:
                await call()
            except Exception:
                pause_s = _AFTER_FAILURE_S if every_s is None else every_s
                log.exception("a task failed, which begins again in %g s", pause_s)
            if ended:
                return
            await asyncio.sleep(pause_s)

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
