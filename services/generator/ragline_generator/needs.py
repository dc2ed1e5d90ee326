"""What a unit cannot be understood without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragline_generator.units import Kind, Unit

# Without what they head they say nothing
HEADS = (Kind.HEADING, Kind.TABLE_HEAD)
_LISTED = (Kind.ITEM, Kind.STEP, Kind.CODE, Kind.TABLE_HEAD)


def needs(units: Sequence[Unit], at: int) -> Iterator[int]:
    """Yield the places of a unit's heading, its table's head and the line that announces its list.

    `units` are those of one passage, in order; `at` is the place of the unit itself.
    """
    kind = units[at].kind
    yield from next(([n] for n in range(at - 1, -1, -1) if units[n].kind is Kind.HEADING), ())
    if kind is Kind.TABLE_ROW:
        yield from _head_of_run(units, at, Kind.TABLE_ROW, Kind.TABLE_HEAD)
    if kind in _LISTED:
        yield from _head_of_run(units, at, kind, Kind.PROSE)


def _head_of_run(units: Sequence[Unit], at: int, run: Kind, head: Kind) -> Sequence[int]:
    while at and units[at - 1].kind is run:
        at -= 1
    return (at - 1,) if at and units[at - 1].kind is head else ()
