"""Sanitizes numbers from events: NaN or a negative number would break a counter for good."""

from __future__ import annotations

import math


def amount(value: float | None) -> float:
    """Return `value` if it is finite and not negative, else 0."""
    return value if value is not None and math.isfinite(value) and value > 0 else 0.0


def seconds(milliseconds: float | None) -> float | None:
    """Return a duration in seconds, at least 0; None if it is missing or not a finite number."""
    if milliseconds is None or not math.isfinite(milliseconds):
        return None
    return max(0.0, milliseconds) / 1_000
