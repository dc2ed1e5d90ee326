"""Finds the tables in a sheet: what blank rows and columns keep apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ragline_ingestor.parsers.grid.cells import Row, columns_of

Region = Sequence[Row]


def regions(rows: Iterable[Row]) -> Iterator[Region]:
    """Yield the parts of a sheet that may be tables, from top to bottom, then left to right.

    A blank row ends a part. A blank column does only if what is beside it begins or ends in
    another row, or has the same names again: else it only spaces the columns of one table.
    """
    block: list[Row] = []
    for row in rows:
        if not row.cells:
            continue
        if block and row.number > block[-1].number + 1:
            yield from _side_by_side(block)
            block = []
        block.append(row)
    if block:
        yield from _side_by_side(block)


def _side_by_side(block: list[Row]) -> Iterator[Region]:
    parts: list[Region] = []
    for columns in _column_groups(columns_of(block)):
        part = _cut(block, columns)
        if parts and not (_is_table(part) and _is_table(parts[-1]) and _differ(parts[-1], part)):
            begin = min(columns_of(parts[-1]))
            part = _cut(block, range(begin, columns[-1] + 1))
            parts.pop()
        parts.append(part)
    yield from parts


def _column_groups(columns: Sequence[int]) -> list[list[int]]:
    groups = [[columns[0]]]
    for before, column in pairwise(columns):
        if column > before + 1:
            groups.append([])
        groups[-1].append(column)
    return groups


def _cut(block: Iterable[Row], columns: Iterable[int]) -> Region:
    kept = frozenset(columns)
    rows = (
        Row(row.number, {at: cell for at, cell in row.cells.items() if at in kept}) for row in block
    )
    return [row for row in rows if row.cells]


def _is_table(region: Region) -> bool:
    return len(region) > 1 and len(columns_of(region)) > 1


def _differ(left: Region, right: Region) -> bool:
    ends = [(region[0].number, region[-1].number) for region in (left, right)]
    names = [{cell.text.casefold() for cell in region[0].own} for region in (left, right)]
    return ends[0] != ends[1] or bool(names[0] & names[1])
