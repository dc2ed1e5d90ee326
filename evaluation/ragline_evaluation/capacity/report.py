"""The report of a store's growth: figures, a table, and the goal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ragline_evaluation.capacity.measure import Times, Way
from ragline_evaluation.tables import table

GOAL_P95_MS = 50.0
GOAL_RECALL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFigures:
    """A store at one size.

    `chunks_per_second` is of the chunks that were added for this size, null if there were none;
    `memory_mb` is the server's resident memory after the questions (shared pages counted once),
    `disk_mb` its data folder.
    """

    chunks: int
    chunks_per_second: float | None
    recall: float
    memory_mb: float
    disk_mb: float
    times: Sequence[Times]

    def of(self, way: Way, in_flight: int) -> Times:
        """Return the times of one way of asking."""
        return next(t for t in self.times if (t.way, t.in_flight) == (way, in_flight))


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityReport:
    """All sizes of one store. `depth` is how many best chunks recall is about."""

    store: str
    machine: dict[str, Any]
    measured_at: str
    questions: int
    depth: int
    passages: int
    sizes: Sequence[SizeFigures]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def levels_of(sizes: Sequence[SizeFigures]) -> list[int]:
    """Return the numbers of questions in flight, ascending."""
    return sorted({each.in_flight for size in sizes for each in size.times})


def markdown(report: CapacityReport) -> str:
    """Return the report for people."""
    machine = report.machine
    parts = [
        f"# Capacity: {report.store}",
        f"Measured {report.measured_at} on {machine['processor']}, {machine['cores']} cores, load "
        f"{machine['load']} before; {report.questions} questions, {report.passages} embedded "
        "passages. Times are p50/p95/p99; CPU is what one search costs the server and the client.",
        table([_HEADING_OF_SIZES, *map(_size_row, report.sizes)]),
        table([_HEADING_OF_TIMES, *_time_rows(report.sizes)]),
        *map(_verdict, report.sizes),
    ]
    return "\n\n".join(parts) + "\n"


_HEADING_OF_SIZES = ("chunks", "chunks/s", "recall", "memory MB", "disk MB")
_HEADING_OF_TIMES = (
    "chunks", "search", "in flight", "p50/p95/p99 ms", "per second", "server CPU ms",
    "client CPU ms",
)  # fmt: skip


def _size_row(size: SizeFigures) -> list[str]:
    rate = "-" if size.chunks_per_second is None else f"{size.chunks_per_second:.0f}"
    return [
        f"{size.chunks:,}", rate, f"{size.recall:.3f}", f"{size.memory_mb:,.0f}",
        f"{size.disk_mb:,.0f}",
    ]  # fmt: skip


def _time_rows(sizes: Sequence[SizeFigures]) -> Iterator[list[str]]:
    for size in sizes:
        for each in size.times:
            yield [
                f"{size.chunks:,}",
                each.way.value,
                str(each.in_flight),
                f"{each.p50:.1f}/{each.p95:.1f}/{each.p99:.1f}",
                f"{each.per_second:.0f}",
                f"{each.server_cpu_ms:.1f}",
                f"{each.client_cpu_ms:.1f}",
            ]


def _verdict(size: SizeFigures) -> str:
    level = levels_of([size])[-1]
    p95 = size.of(Way.HYBRID, level).p95
    fast = "within" if p95 < GOAL_P95_MS else "ABOVE"
    good = "reaches" if size.recall >= GOAL_RECALL else "is BELOW"
    return (
        f"{size.chunks:,} chunks: hybrid p95 with {level} in flight {p95:.0f} ms, {fast} "
        f"{GOAL_P95_MS:.0f} ms; recall {size.recall:.3f} {good} {GOAL_RECALL}."
    )
