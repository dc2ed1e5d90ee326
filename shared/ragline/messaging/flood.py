"""Flood limit: a bad deployment must not turn a whole topic into dead letters.

The limits are those of getsentry/arroyo's dead-letter queue: a ratio over a window of records, and
a number of dead letters in a row.
"""

from __future__ import annotations

from collections import defaultdict, deque
from functools import partial

from ragline.settings import DeliverySettings


class FloodGuard:
    """Counts outcomes and trips when too many records become dead letters.

    It stays tripped: somebody has to look and restart the service.
    """

    def __init__(self, settings: DeliverySettings) -> None:
        self._window: deque[bool] = deque(maxlen=settings.flood_window)
        self._dead_in_window = 0
        self._max_ratio = settings.flood_ratio
        self._max_run = settings.flood_run
        self._run = 0
        self.reason: str | None = None

    def record(self, *, dead: bool) -> None:
        """Count one record's outcome."""
        if len(self._window) == self._window.maxlen:
            self._dead_in_window -= self._window[0]
        self._window.append(dead)
        self._dead_in_window += dead
        self._run = self._run + 1 if dead else 0
        self._judge()

    def _judge(self) -> None:
        full = len(self._window) == self._window.maxlen
        ratio = self._dead_in_window / len(self._window)
        if self._run >= self._max_run:
            self.reason = f"{self._run} dead letters in a row"
        elif full and ratio >= self._max_ratio:
            self.reason = f"{ratio:.0%} of the last {len(self._window)} records are dead letters"


class Floods:
    """One guard per topic, so that a flood on one topic does not stop the others."""

    def __init__(self, settings: DeliverySettings) -> None:
        self._guards: dict[str, FloodGuard] = defaultdict(partial(FloodGuard, settings))

    @property
    def reason(self) -> str | None:
        """Which topic is flooded and how; None when all is well."""
        tripped = (
            f"{topic}: {guard.reason}" for topic, guard in self._guards.items() if guard.reason
        )
        return next(tripped, None)

    def record(self, topic: str, *, dead: bool) -> None:
        """Count the outcome of a record of `topic`."""
        self._guards[topic].record(dead=dead)

    def stopped(self, topic: str) -> bool:
        """Tell whether `topic` is flooded."""
        return self._guards[topic].reason is not None
