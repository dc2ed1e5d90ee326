"""The one thread on which a model loads and runs.

The model runs off the event loop, so that a batch never delays a Kafka heartbeat. It gets one
thread, because torch already spreads a batch over its own threads, and two batches at once only
evict each other's data from the CPU cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")


class ModelThread:
    """Runs functions one after the other, first come, first served; an async context manager."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def run(self, function: Callable[[], T]) -> T:
        """Return what `function` returns on the thread, or raise what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, function)
