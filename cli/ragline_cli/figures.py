"""Statistics of measurements."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the `percent`-th percentile with linear interpolation, or None without values.

    Source: Hyndman & Fan (1996), definition 7, as in NumPy's default.
    """
    if len(values) < 2:
        return values[0] if values else None
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
