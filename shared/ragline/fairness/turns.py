"""Slots for work, of which there are fewer than work: tenants take turns."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ragline.fairness.fair_queue import FairQueue


class Turns:
    """Slots, and the line of each tenant that waits for one.

    Args:
        slots: how many may be held at the same time.
        spare: how many more, each for a tenant that holds none, so that one tenant's long work in
            all other slots does not make another wait for its end.
        paused: while it returns true, nobody gets a slot; `release` has to be called afterwards.
    """

    def __init__(
        self, slots: int, *, spare: int = 0, paused: Callable[[], bool] = lambda: False
    ) -> None:
        self._slots = slots
        self._spare = spare
        self._paused = paused
        self._queue: FairQueue[asyncio.Future[None]] = FairQueue()
        self._held_by: Counter[str] = Counter()
        self._told: dict[asyncio.Future[None], Callable[[], None]] = {}
        self.held = 0

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._queue)

    @asynccontextmanager
    async def turn(
        self, tenant: str, *, moved: Callable[[], None] | None = None
    ) -> AsyncIterator[None]:
        """Wait for the tenant's turn, then hold a slot while the block runs; see `take`."""
        await self.take(tenant, moved=moved)
        try:
            yield
        finally:
            self.give_back(tenant)

    async def take(self, tenant: str, *, moved: Callable[[], None] | None = None) -> None:
        """Wait for the tenant's turn and take a slot.

        Args:
            tenant: whose work it is.
            moved: called while this waits, each time that somebody gives a slot back.
        """
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if moved is not None:
            self._told[waiter] = moved
        self._queue.push(tenant, waiter)
        self.release()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                self._queue.remove(tenant, waiter)
            else:  # its turn came at the same moment
                self.give_back(tenant)
            raise
        finally:
            self._told.pop(waiter, None)

    def give_back(self, tenant: str) -> None:
        """Give a slot back, to whose turn it is."""
        self.held -= 1
        self._held_by[tenant] -= 1
        if not self._held_by[tenant]:
            del self._held_by[tenant]
        self.release()
        for moved in list(self._told.values()):
            moved()

    def release(self) -> None:
        """Hand out what slots there are."""
        while self._queue and self.held < self._slots + self._spare and not self._paused():
            found = self._queue.pop_allowed(self._may_start)
            if found is None:
                return
            tenant, waiter = found
            if not waiter.done():  # else it gave up, and has not run since
                self.held += 1
                self._held_by[tenant] += 1
                waiter.set_result(None)

    def _may_start(self, tenant: str) -> bool:
        return self.held < self._slots or not self._held_by[tenant]
