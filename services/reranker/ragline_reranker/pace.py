"""Pace: how long the cross-encoder takes for a passage just now, and what fits into a time."""

from __future__ import annotations

_SMOOTHING = 0.2
_FORGETTING = 0.8


class Pace:
    """An exponentially weighted moving average of seconds a passage, waiting included.

    Waiting belongs to it, because the passages of all questions share one model: under load each
    question must ask for less.
    """

    def __init__(self) -> None:
        self._seconds: float | None = None

    def affords(self, seconds: float) -> int | None:
        """Return how many passages fit into `seconds`, or None while nothing was measured."""
        if not self._seconds:
            return None
        return int(max(0.0, seconds) / self._seconds)

    def observe(self, passages: int, seconds: float) -> None:
        """Learn from a call; one cut short by its time limit counts as if it had ended then."""
        measured = seconds / passages
        if self._seconds is None:
            self._seconds = measured
        else:
            self._seconds += _SMOOTHING * (measured - self._seconds)

    def skipped(self) -> None:
        """Forget a little: without calls there are no measurements, and load passes."""
        if self._seconds is not None:
            self._seconds *= _FORGETTING
