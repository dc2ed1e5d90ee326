"""Turns, for interleaving tests: which writer takes the next step, and which one crashes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

# between two looks at who waits for a lock
_LOOK_S = 0.02


class Crashed(Exception):
    """The writer died between two steps, without any clean-up."""


class Turns:
    """Lets one writer at a time take one step; writers wait in `step` until they are picked."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._changed = asyncio.Event()

    async def step(self, writer: str) -> None:
        """Wait for the writer's turn.

        Raises:
            Crashed: the writer must die here.
        """
        turn = asyncio.get_running_loop().create_future()
        self._waiting[writer] = turn
        self._changed.set()
        await turn

    @property
    def waiting(self) -> list[str]:
        """The writers that could take a step now."""
        return sorted(self._waiting)

    def release(self, writer: str) -> None:
        """Let a writer take its step."""
        self._waiting.pop(writer).set_result(None)

    def crash(self, writer: str) -> None:
        """Let a writer die at its current step."""
        self._waiting.pop(writer).set_exception(Crashed(writer))

    async def settled(
        self,
        writers: Collection[tuple[str, asyncio.Task[None]]],
        *,
        blocked: Callable[[], Awaitable[int]],
    ) -> None:
        """Return when every writer waits for its turn, has ended, or waits for another's lock.

        `blocked` returns how many wait for a lock. A database makes writers of one document wait
        for each other; how long that has lasted would tell nothing on a busy machine.
        """
        for _, task in writers:
            task.add_done_callback(lambda _: self._changed.set())
        while moving := sum(not t.done() and name not in self._waiting for name, t in writers):
            self._changed.clear()
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                if moving == await blocked():
                    return
