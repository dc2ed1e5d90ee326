"""What a larger store would take, from the sizes that were measured.

Space grows with every chunk, so it is a line; times grow slower than the store, so they are a
power of its size. Both go through the two largest sizes: smaller ones tell of fixed costs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ragline_evaluation.capacity.measure import Way
from ragline_evaluation.capacity.report import SizeFigures, levels_of
from ragline_evaluation.tables import table

# what the plans of a large installation ask about
AHEAD = 10_000_000

Point = tuple[int, float]
"""A number of chunks, and what was measured."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something measured at each size, and how it grows."""

    name: str
    of: Callable[[SizeFigures], float]
    grows: Callable[[Point, Point, int], float]


def line(first: Point, second: Point, chunks: int) -> float:
    """Return the value at `chunks` on the line through two points."""
    slope = (second[1] - first[1]) / (second[0] - first[0])
    return second[1] + slope * (chunks - second[0])


def power(first: Point, second: Point, chunks: int) -> float:
    """Return the value at `chunks` on the power of the size through two points above zero."""
    exponent = math.log(second[1] / first[1]) / math.log(second[0] / first[0])
    return float(second[1] * (chunks / second[0]) ** exponent)


def quantities(sizes: Sequence[SizeFigures]) -> list[Quantity]:
    """Return what is extrapolated; processor time is of server and client, at the highest load."""
    level = levels_of(sizes)[-1]
    return [
        Quantity("disk MB", lambda size: size.disk_mb, line),
        Quantity("memory MB", lambda size: size.memory_mb, line),
        *(Quantity(f"{way.value} CPU ms", partial(_cpu, way, level), power) for way in Way),
    ]


def expected(quantity: Quantity, sizes: Sequence[SizeFigures], chunks: int) -> float:
    """Return what `quantity` would be at `chunks`, from the two largest of at least two `sizes`."""
    first, second = ((size.chunks, quantity.of(size)) for size in sizes[-2:])
    return quantity.grows(first, second, chunks)


def markdown(sizes: Sequence[SizeFigures]) -> str:
    """Return what `AHEAD` chunks would take; with three sizes also how well the last is foretold.

    Nothing for a single size.
    """
    if len(sizes) < 2:
        return ""
    rows = [["", f"{AHEAD:,} chunks", f"{sizes[-1].chunks:,}, measured"]]
    if len(sizes) > 2:
        rows[0].append("foretold by the sizes before")
    for quantity in quantities(sizes):
        measured = quantity.of(sizes[-1])
        row = [quantity.name, _said(expected(quantity, sizes, AHEAD)), _said(measured)]
        if len(sizes) > 2:
            foretold = expected(quantity, sizes[:-1], sizes[-1].chunks)
            row.append(f"{_said(foretold)} ({foretold / measured - 1:+.0%})")
        rows.append(row)
    return f"\n{table(rows)}\n"


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _cpu(way: Way, level: int, size: SizeFigures) -> float:
    times = size.of(way, level)
    return times.server_cpu_ms + times.client_cpu_ms
