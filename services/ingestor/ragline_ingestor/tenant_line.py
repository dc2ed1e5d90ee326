"""What documents wait for: tenants take turns, and a line that moves is a sign of life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ragline.fairness.turns import Turns
from ragline.ports.slots import CurrentSlot


class TenantLine:
    """Places at something that takes its time, such as the model.

    Within a tenant it is first come, first served. A document that takes its steps one after the
    other, each in a turn of its own, lets other documents go between them.

    Args:
        places: how many may be there at the same time.
        slot: is told of each step, so that liveness knows work that lasts from work that is stuck.
        longest_s: seconds that one turn may take beyond what liveness allows.
    """

    def __init__(self, places: int, *, slot: CurrentSlot, longest_s: float = 0.0) -> None:
        self._turns = Turns(places)
        self._slot = slot
        self._longest_s = longest_s

    @asynccontextmanager
    async def turn(self, tenant: str) -> AsyncIterator[None]:
        """Wait for the tenant's turn, and have a place while the block runs."""
        advanced = self._slot.signal(quiet_s=self._longest_s)
        advanced()  # the step before is done
        async with self._turns.turn(tenant, moved=advanced):
            advanced()
            yield
        self._slot.signal()()
