"""Blocking calls that may never return, in threads for which nobody waits at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class DaemonThreads:
    """Runs calls in threads of their own, `at_once` at most.

    asyncio's own pool will not do: a call that hangs keeps its place there after its caller has
    given up, so that a few of them stop all others, and the process waits for them at its end.
    """

    def __init__(self, *, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def run(self, call: Callable[[], T]) -> T:
        """Return what `call` returns, or raise what it raises.

        Its place is free again when it ends, also when the caller no longer waits.
        """
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def end(result: T | None, error: BaseException | None) -> None:
            self._free.release()
            if done.done():  # the caller has given up
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]  # `call` may return None

        def work() -> None:
            result, error = None, None
            try:
                result = call()
            except Exception as raised:
                error = raised
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(end, result, error)

        Thread(target=work, name="blocking call", daemon=True).start()
        return await done
