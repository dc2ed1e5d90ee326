"""Delivery to observers: at least once; unreadable records become dead letters."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from ragline.contracts.dead_letters import DeadLetterStored
from ragline.contracts.topics import DEAD_LETTERS
from ragline.messaging.handler import Handler
from ragline.messaging.record import Process, Record

log = logging.getLogger(__name__)


class ObservationHandler(Handler):
    """Passes each event to the observer; publishes nothing."""

    succeeded: ClassVar[str] = "noted"
    told_at: ClassVar[int] = logging.DEBUG

    async def deliver(self, record: Record, process: Process) -> None:
        """Pass a record to the observer, or store it as a dead letter."""
        dead_letter = record.topic == DEAD_LETTERS.name
        await super().deliver(record, self._show_dead_letter if dead_letter else process)

    async def handle(self, event: Any) -> None:
        """Pass one event to the observer."""
        await self._context.stage(event)

    async def failed(self, record: Record, error: Exception) -> str:
        """Store the record as a dead letter, unless it is one already."""
        if record.topic == DEAD_LETTERS.name:
            log.error("a dead letter could not be noted", exc_info=error)
            return "skipped"
        await self._bury(record, error)
        return "dead"

    async def _show_dead_letter(self, record: Record) -> None:
        """Bypass FastStream, which parses values: a dead letter says all that counts in headers."""
        await self.handle(DeadLetterStored.of(record.headers))
