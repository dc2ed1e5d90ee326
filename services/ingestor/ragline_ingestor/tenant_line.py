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
    """

    def __init__(self, places: int, *, slot: CurrentSlot) -> None:
        self._turns = Turns(places)
        self._slot = slot
        self._longest_s: list[float] = []

    @asynccontextmanager
    async def turn(self, tenant: str, *, longest_s: float = 0.0) -> AsyncIterator[None]:
        """Wait for the tenant's turn, and have a place while the block runs.

        Args:
            tenant: whose document it is.
            longest_s: seconds that the block may take beyond what liveness allows without a sign;
                as long may pass for those who wait until the line moves.
        """
        advanced = self._slot.signal()

        def moved() -> None:
            advanced(max(self._longest_s))

        self._longest_s.append(longest_s)
        try:
            moved()  # the step before is done
            async with self._turns.turn(tenant, moved=moved):
                moved()
                yield
        finally:
            self._longest_s.remove(longest_s)
        advanced(0.0)
