"""Garbage collection that does not stop thousands of streams.

Python's full collection looks at every object that lives: with 10,000 streams open it took 1.0 to
1.7 s, again and again while streams opened, and no token went out meanwhile. Objects that are
frozen are not looked at, and reference counting frees most of them all the same; so what has come
is frozen every second, and only what hangs together in circles waits for a quiet moment.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ragline.background import repeating
from ragline.clock import Monotonic

_EVERY_S = 1.0
_FULL_EVERY_S = 600.0
# With so few streams a full collection takes 0.2 s
_QUIET = 500
_MOST_POSTPONED = 6


@dataclass(slots=True, kw_only=True)
class GarbageCollection:
    """Decides what to do at each tick.

    Args:
        streams: how many streams are open.
        clock: monotonic seconds.
    """

    streams: Callable[[], int]
    clock: Monotonic
    _full_at: float = field(init=False)
    _postponed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._full_at = self.clock()

    def tick(self) -> None:
        """Freeze what has come; now and then, in a quiet moment, collect everything."""
        if self.clock() - self._full_at >= _FULL_EVERY_S:
            self._full_at = self.clock()
            self._postponed += 1
            if self.streams() <= _QUIET or self._postponed > _MOST_POSTPONED:
                self._postponed = 0
                gc.unfreeze()
                gc.collect()
        gc.freeze()


@asynccontextmanager
async def collecting_calmly(streams: Callable[[], int]) -> AsyncIterator[None]:
    """Keep full collections small while the block runs."""
    collecting = GarbageCollection(streams=streams, clock=asyncio.get_running_loop().time)

    async def tick() -> None:
        collecting.tick()

    gc.collect()
    try:
        async with repeating(tick, every_s=_EVERY_S):
            yield
    finally:
        gc.unfreeze()
