"""Turns, for interleaving tests: which writer takes the next step, and which one crashes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection


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
        self, writers: Collection[tuple[str, asyncio.Task[None]]], *, patience_s: float
    ) -> None:
        """Return when every writer waits for its turn or has ended, or blocks for `patience_s`.

        A database makes writers of one document wait for each other; nothing else may block.
        """
        for _, task in writers:
            task.add_done_callback(lambda _: self._changed.set())
        while any(not task.done() and name not in self._waiting for name, task in writers):
            self._changed.clear()
            try:
                async with asyncio.timeout(patience_s):
                    await self._changed.wait()
            except TimeoutError:
                return
