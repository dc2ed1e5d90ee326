"""One record alone in its process: whatever kills the process now, it was this record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

_POLL_S = 0.02

_HERE: ContextVar[bool] = ContextVar("ragline_alone", default=False)


class Solitude:
    """Shared by all subscribers of a process, and by the handler of their records.

    While a record is alone, no other is started. Those that only wait go on to wait.
    """

    def __init__(self) -> None:
        self._working: list[Callable[[], int]] = []
        self._on_end: list[Callable[[], None]] = []
        self._ended = asyncio.Event()
        self._ended.set()
        self._taken = asyncio.Lock()

    @property
    def here(self) -> bool:
        """Whether the current task is that of the record that is alone."""
        return _HERE.get()

    @property
    def taken(self) -> bool:
        """Whether a record is alone, or waits until it is."""
        return not self._ended.is_set()

    def watch(self, working: Callable[[], int], on_end: Callable[[], None]) -> None:
        """Ask `working` how many records of a subscriber are in work; call `on_end` afterwards."""
        self._working.append(working)
        self._on_end.append(on_end)

    async def over(self) -> None:
        """Wait until no other record is alone; returns at once if none is."""
        while not self._ended.is_set() and not self.here:
            await self._ended.wait()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until nothing is in work; what the block starts is alone until the block ends."""
        async with self._taken:
            self._ended.clear()
            token = _HERE.set(True)
            try:
                while any(working() for working in self._working):
                    await self._pause()
                yield
            finally:
                _HERE.reset(token)
                self._ended.set()
                for go_on in self._on_end:
                    go_on()

    async def _pause(self) -> None:
        await asyncio.sleep(_POLL_S)
