"""Counts document changes by outcome and freshness, and shows each document's last status."""

from __future__ import annotations

from typing import Protocol

from ragline.contracts.documents import DocumentStatus
from ragline_monitor.amounts import seconds
from ragline_monitor.ports import Memory, Meter, RecordId


class StatusKeeper(Protocol):
    """Keeps each document's last status."""

    async def note(self, status: DocumentStatus) -> None:
        """Keep a status; it never raises."""
        ...


class DocumentCounter:
    """Counts changes, and compares their freshness with `objective_s`."""

    def __init__(
        self, *, meter: Meter, memory: Memory, statuses: StatusKeeper, objective_s: float
    ) -> None:
        self._meter = meter
        self._memory = memory
        self._statuses = statuses
        self._objective_s = objective_s

    async def note(self, status: DocumentStatus, record: RecordId) -> None:
        """Show a status, even when it is redelivered, and count it once."""
        await self._statuses.note(status)
        if not await self._memory.first(record):
            self._meter.count("ragline_monitor_repeats_total", topic=record.topic)
            return
        self._meter.count("ragline_monitor_documents_total", status=status.status)
        freshness = seconds(status.freshness_ms)
        if freshness is not None:
            self._meter.observe("ragline_monitor_document_freshness_seconds", freshness)
            outcome = "met" if freshness <= self._objective_s else "missed"
            self._meter.count("ragline_monitor_freshness_objective_total", outcome=outcome)
