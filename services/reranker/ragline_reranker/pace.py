"""Pace: the cross-encoder's current time per passage, and how many passages fit a time budget."""

from __future__ import annotations

_SMOOTHING = 0.2
_FORGETTING = 0.8


class Pace:
    """An exponentially weighted moving average of seconds per passage, including waiting.

    Waiting is included, because all questions share one model: under load each question must send
    fewer passages.
    """

    def __init__(self) -> None:
        self._seconds: float | None = None

    def affords(self, seconds: float) -> int | None:
        """Return how many passages fit into `seconds`, or None before the first measurement."""
        if not self._seconds:
            return None
        return int(max(0.0, seconds) / self._seconds)

    def observe(self, passages: int, seconds: float) -> None:
        """Learn from a call; one stopped by its time limit counts as if it had ended then."""
        measured = seconds / passages
        if self._seconds is None:
            self._seconds = measured
        else:
            self._seconds += _SMOOTHING * (measured - self._seconds)

    def skipped(self) -> None:
        """Lower the estimate after a skipped call: load may have passed unmeasured."""
        if self._seconds is not None:
            self._seconds *= _FORGETTING
