"""The description of a metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_LATENCY_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class MetricKind(StrEnum):
    """Prometheus metric types in use."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSpec:
    """One metric.

    Attributes:
        name: with its unit.
        kind: its type.
        help: what it means.
        labels: their names.
        buckets: a histogram's upper bounds.
        begins_at_zero: whether a process tells 0 before it has set it; of a gauge whose 0 is bad
            news, one that never sets it should tell nothing.
    """

    name: str
    kind: MetricKind
    help: str
    labels: Sequence[str] = ()
    buckets: Sequence[float] = _LATENCY_S
    begins_at_zero: bool = True
