"""Measures the steps of one change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ragline.clock import Monotonic


class Stopwatch:
    """Collects milliseconds by step; `timer` returns monotonic seconds."""

    def __init__(self, timer: Monotonic) -> None:
        self._timer = timer
        self.laps_ms: dict[str, float] = {}

    @contextmanager
    def lap(self, step: str) -> Iterator[None]:
        """Time the body of a `with` statement as `step`."""
        started = self._timer()
        yield
        self.laps_ms[step] = round((self._timer() - started) * 1000, 3)
