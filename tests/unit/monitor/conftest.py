"""A monitor with in-memory doubles of its memory and views, and readable metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.monitor.memory import NOW, FakeMemory

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.plan import Intent
from ragline.errors import Unavailable
from ragline.observability.metrics import Metrics
from ragline.testing.views import MemoryViews, status_of
from ragline_monitor.history import HistoryWindow, hour_of
from ragline_monitor.late_statuses import LateStatuses
from ragline_monitor.ports import RecordId
from ragline_monitor.stage import MonitorStage


class BreakableViews(MemoryViews):
    """Views that can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.up = True
        self.calls = 0

    async def note_document(self, status: Any) -> None:
        self.calls += 1
        if not self.up:
            raise Unavailable("Redis is down")
        await super().note_document(status)

    async def note_pipeline(self, state: Any) -> None:
        if not self.up:
            raise Unavailable("Redis is down")
        await super().note_pipeline(state)

    @contextmanager
    def down(self) -> Iterator[None]:
        self.up = False
        yield
        self.up = True


@dataclass
class World:
    """The stage with all its doubles; `show` gives each event its own record."""

    metrics: Metrics = field(default_factory=Metrics)
    memory: FakeMemory = field(default_factory=FakeMemory)
    views: BreakableViews = field(default_factory=BreakableViews)
    record: RecordId = field(
        default_factory=lambda: RecordId("feedback", 0, 0, int(NOW.timestamp() * 1_000))
    )

    def __post_init__(self) -> None:
        self.stage = self.restarted()

    def restarted(self) -> MonitorStage:
        """Return a restarted monitor, with no state of its own."""
        statuses = LateStatuses(self.views, on_failure=lambda: self.metrics.without("views"))
        return MonitorStage(
            meter=self.metrics,
            memory=self.memory,
            statuses=statuses,
            record=lambda: self.record,
            freshness_objective_s=10,
        )

    async def show(self, event: Any, *, topic: str = "feedback") -> None:
        """Process an event at the next offset."""
        self.record = self.record._replace(topic=topic, offset=self.record.offset + 1)
        await self.stage(event)

    def value(self, name: str, **labels: str) -> float:
        """Return a metric's value; 0 if it was never set."""
        return self.metrics.registry.get_sample_value(f"ragline_monitor_{name}", labels) or 0.0

    def samples(self, name: str) -> dict[tuple[str, ...], float]:
        """Return all values of a counter by its labels' values."""
        return {
            tuple(sample.labels.values()): sample.value
            for metric in self.metrics.registry.collect()
            for sample in metric.samples
            if sample.name == f"ragline_monitor_{name}"
        }

    def hour(self, ago: int = 0) -> HistoryWindow:
        """Return the history of an hour."""
        return HistoryWindow.of([self.memory.history[hour_of(NOW - timedelta(hours=ago))]])


@pytest.fixture
def world() -> World:
    return World()


def answer(query_id: str = "q1", **changes: Any) -> QueryAnswered:
    """Return an answer, by default of tenant `acme`."""
    given = {
        "tenant": "acme",
        "status": AnswerStatus.ANSWERED,
        "intent": Intent.FACTUAL,
        "plan": "factual",
        "answered_at": NOW,
    }
    return QueryAnswered(query_id=query_id, **(given | changes))


def feedback(query_id: str = "q1", **changes: Any) -> FeedbackGiven:
    """Return a thumbs-up rating, by default of tenant `acme`."""
    return FeedbackGiven(query_id=query_id, **({"tenant": "acme", "rating": "up"} | changes))


__all__ = ["World", "answer", "feedback", "status_of"]
