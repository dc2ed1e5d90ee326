"""Requests to stop a shadow: gracefully, at once, or after its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class StopRequest:
    """Set by signal handlers: `requested` stops gracefully, `at_once` stops without waiting."""

    requested: Event = field(default_factory=Event)
    at_once: Event = field(default_factory=Event)

    async def asked(self, seconds: float | None = None) -> None:
        """Return when a stop is requested, or after `seconds`."""
        await _until(self.requested.is_set, seconds)

    async def drained(self, done: Callable[[], bool], seconds: float) -> None:
        """Return when `done` returns true, on a second request, or after `seconds`."""
        await _until(lambda: done() or self.at_once.is_set(), seconds)


async def _until(happened: Callable[[], bool], seconds: float | None) -> None:
    clock = asyncio.get_running_loop().time
    end = None if seconds is None else clock() + seconds
    # poll: signal handlers run outside of the event loop and cannot set its events
    while not happened() and (end is None or clock() < end):  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)
