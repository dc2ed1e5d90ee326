"""How long other tenants wait during an attack, beside how long they wait without one. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

MOST_RATIO = 3.0


def percentile_95(values: list[float]) -> float | None:
    """Return the value that 95 % do not exceed; None without values."""
    ranked = sorted(values)
    return ranked[math.ceil(0.95 * len(ranked)) - 1] if ranked else None


def latencies(
    asked: Mapping[str, float], answered: Mapping[str, float], *, start: float, end: float
) -> list[float]:
    """Return the seconds from question to answer of what was asked in `[start, end)`.

    A question without an answer waits for ever. `asked` and `answered` are epoch seconds.
    """
    return [
        answered[query_id] - at if query_id in answered else math.inf
        for query_id, at in asked.items()
        if start <= at < end
    ]
