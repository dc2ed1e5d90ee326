"""Dependencies between units: headings, table heads and lead-in lines that others need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.units import LineKind

HEADS = (LineKind.HEADING, LineKind.TABLE_HEAD)
_LISTED = (LineKind.ITEM, LineKind.STEP, LineKind.CODE, LineKind.TABLE_HEAD)


def stands_alone(units: Sequence[Ranked], at: int) -> bool:
    """Tell whether a unit has its own content: it is not a heading, table head or lead-in line."""
    announces = units[at].text.endswith(":") and units[at].unit.kind is LineKind.PROSE
    listed = at + 1 < len(units) and units[at + 1].unit.kind in _LISTED
    return units[at].unit.kind not in HEADS and not (announces and listed)


def dependencies(units: Sequence[Ranked], at: int) -> Iterator[int]:
    """Yield the indices of a unit's heading, its table's head and its list's lead-in line.

    `units` are those of one passage, in order; `at` is the index of the unit.
    """
    kind = units[at].unit.kind
    yield from next(
        ([n] for n in range(at - 1, -1, -1) if units[n].unit.kind is LineKind.HEADING), ()
    )
    if kind is LineKind.TABLE_ROW:
        yield from _head_of_run(units, at, LineKind.TABLE_ROW, LineKind.TABLE_HEAD)
    if kind in _LISTED:
        yield from _head_of_run(units, at, kind, LineKind.PROSE)


def _head_of_run(units: Sequence[Ranked], at: int, run: LineKind, head: LineKind) -> Sequence[int]:
    while at and units[at - 1].unit.kind is run:
        at -= 1
    return (at - 1,) if at and units[at - 1].unit.kind is head else ()
