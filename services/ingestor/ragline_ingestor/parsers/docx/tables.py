"""The cells of a table by row and column, with the merged ones in each place that they cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ragline_ingestor.parsers.docx.wordml import Element, W, child, number, parts_of, value

# Word's own limit
_MOST_COLUMNS = 63


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a row; `is_first` where its content stands, not where the cell only goes on."""

    element: Element | None
    is_first: bool


def rows(table: Element) -> Iterator[list[Cell]]:
    """Yield the rows; an element of None is a place without a cell."""
    above: list[Cell] = []
    for row in parts_of(table):
        properties = child(row, "trPr")
        if row.tag != f"{W}tr" or child(properties, "del") is not None:
            continue
        above = _row(row, above)
        yield above


def _row(row: Element, above: list[Cell]) -> list[Cell]:
    cells = _skipped(row, "gridBefore")
    for element in parts_of(row):
        properties = child(element, "tcPr")
        if element.tag != f"{W}tc" or child(properties, "cellDel") is not None:
            continue
        at = len(cells)
        cell = Cell(element, True)
        if _goes_on(properties, "hMerge") and cells:
            cell = Cell(cells[-1].element, False)
        elif _goes_on(properties, "vMerge") and at < len(above):
            cell = Cell(above[at].element, False)
        span = min(max(number(properties, "gridSpan") or 1, 1), _MOST_COLUMNS)
        cells += [cell, *[Cell(cell.element, False)] * (span - 1)]
    return cells + _skipped(row, "gridAfter")


def _goes_on(properties: Element | None, kind: str) -> bool:
    """Tell whether a cell continues the one above it or to its left."""
    return child(properties, kind) is not None and value(properties, kind) != "restart"


def _skipped(row: Element, name: str) -> list[Cell]:
    count = min(max(number(row, f"trPr/{name}") or 0, 0), _MOST_COLUMNS)
    return [Cell(None, False)] * count
