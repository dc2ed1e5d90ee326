"""The start-up state of each part of a stack, for display."""

from __future__ import annotations

import time
from enum import StrEnum

from ragline_cli.stack.server import Server


class PartState(StrEnum):
    """The start-up state of a part."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    ENDED = "ended"


class StackPart:
    """One server of a stack and how long it took to become ready."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.state = PartState.WAITING
        self._since = self._until = time.monotonic()

    @property
    def name(self) -> str:
        """The server's name."""
        return self.server.name

    @property
    def seconds(self) -> float:
        """Seconds from the start until it was ready or failed, or until now."""
        starting = self.state is PartState.STARTING
        return (time.monotonic() if starting else self._until) - self._since

    def become(self, state: PartState) -> None:
        """Note a change of state."""
        if state is PartState.STARTING:
            self._since = time.monotonic()
        elif state in {PartState.READY, PartState.FAILED}:
            self._until = time.monotonic()
        self.state = state
