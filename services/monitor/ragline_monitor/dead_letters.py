"""Counts dead letters by their headers, which are untrusted: anybody can write records."""

from __future__ import annotations

from ragline.contracts.dead_letters import Cause, DeadLetterStored
from ragline.contracts.topics import BY_NAME, CONSUMERS
from ragline_monitor.labels import known
from ragline_monitor.ports import Memory, Meter, RecordId

_CAUSES = frozenset(Cause)
_SERVICES = frozenset(CONSUMERS)


class DeadLetters:
    """Counts each dead letter once."""

    def __init__(self, *, meter: Meter, memory: Memory) -> None:
        self._meter = meter
        self._memory = memory

    async def note(self, letter: DeadLetterStored, record: RecordId) -> None:
        """Count a dead letter."""
        if not await self._memory.first(record):
            self._meter.count("ragline_monitor_repeats_total", topic=record.topic)
            return
        self._meter.count(
            "ragline_monitor_dead_letters_total",
            topic=known(letter.topic, BY_NAME),
            cause=known(letter.cause, _CAUSES),
            service=known(letter.service, _SERVICES),
        )
