"""The gate before a topic's records: closed while it has stopped, or while a dependency is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ragline.messaging.flood import FloodGuard, TopicState


async def _nothing() -> None:
    return


class Gate:
    """Whether the next record of a topic may be taken.

    Args:
        guard: stops the topic; while it is half-open, one record at a time is let through.
        outage_over: returns when no dependency is away that every record needs.
    """

    def __init__(
        self, guard: FloodGuard, outage_over: Callable[[], Awaitable[None]] = _nothing
    ) -> None:
        self.guard = guard
        self._outage_over = outage_over

    @property
    def stopped(self) -> bool:
        """Whether no record may be taken, nor one that was taken be started."""
        return self.guard.state is TopicState.STOPPED

    async def passage(self, in_flight: Callable[[], int], progress: asyncio.Event) -> None:
        """Return when the next record may be taken.

        Args:
            in_flight: how many records are in flight.
            progress: is set for a moment when one of them ends.
        """
        await self._outage_over()
        while not self._is_open(in_flight()):
            await progress.wait()
            await self._outage_over()

    def _is_open(self, in_flight: int) -> bool:
        match self.guard.state:
            case TopicState.RUNNING:
                return True
            case TopicState.HALF_OPEN:
                return in_flight == 0
            case TopicState.STOPPED:
                return False
