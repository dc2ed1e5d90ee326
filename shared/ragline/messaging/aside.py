"""Events that a stage publishes besides the one that it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Publish = Callable[[Any], Awaitable[None]]


class Aside:
    """Made with the stage; its handler opens it, because the broker's client is made later."""

    def __init__(self) -> None:
        self._publish: Publish | None = None

    def open(self, publish: Publish) -> None:
        """Use `publish` from now on; it returns when the broker has stored the event."""
        self._publish = publish

    async def __call__(self, event: Any) -> None:
        """Publish `event`, as a part of the record that is being delivered.

        Raises:
            RuntimeError: nobody opened it.
        """
        if self._publish is None:
            raise RuntimeError("a stage publishes only while it handles a record")
        await self._publish(event)
