"""Delivery for who only looks: at least once, and what cannot be read is a dead letter."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from ragline.contracts.dead_letters import DeadLetterStored
from ragline.contracts.topics import DEAD_LETTERS
from ragline.messaging.handler import Handler
from ragline.messaging.ordered import Process
from ragline.messaging.record import Record

log = logging.getLogger(__name__)


class ObservationHandler(Handler):
    """Shows each event to the observer; nothing is published."""

    succeeded: ClassVar[str] = "noted"

    async def deliver(self, record: Record, process: Process) -> None:
        """Show a record, or store a dead letter of it."""
        dead_letter = record.topic == DEAD_LETTERS.name
        await super().deliver(record, self._show_dead_letter if dead_letter else process)

    async def handle(self, event: Any) -> None:
        """Show one event."""
        await self._with.stage(event)

    async def failed(self, record: Record, error: Exception) -> str:
        """Store a dead letter, except of a dead letter: it lies where it should already."""
        if record.topic == DEAD_LETTERS.name:
            log.error("a dead letter could not be noted", exc_info=error)
            return "skipped"
        await self._bury(record, error)
        return "dead"

    async def _show_dead_letter(self, record: Record) -> None:
        """Go past FastStream: it refuses headers that are no text, which dead letters may have."""
        await self.handle(DeadLetterStored.of(record.headers))
