"""The cells of an HTML table by row and column, with the merged ones in each place they cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from ragline_ingestor.parsers.html_nodes import attribute, child_nodes

_GROUPS = frozenset({"thead", "tbody", "tfoot"})
# the HTML standard's own limits
_MOST_COLUMNS = 1_000
_MOST_ROWS = 65_534


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a row; `is_first` where its content stands, not where the cell only goes on."""

    element: LexborNode | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The places of a row; `is_head` where they name the columns."""

    cells: tuple[Cell, ...]
    is_head: bool


def rows(table: LexborNode) -> Iterator[Row]:
    """Yield the rows; an element of None is a place without a cell.

    The head are the rows of `thead`, and those of `th` only that the table begins with.
    """
    begins = True
    for group, lines in _groups(table):
        left: dict[int, tuple[LexborNode, int]] = {}
        for line in lines:
            own = [each for each in child_nodes(line) if each.tag in {"td", "th"}]
            begins = begins and bool(own) and all(each.tag == "th" for each in own)
            yield Row(tuple(_placed(own, left)), is_head=group == "thead" or begins)


def _groups(table: LexborNode) -> Iterator[tuple[str, list[LexborNode]]]:
    """Yield the row groups: a cell over several rows ends with its group."""
    own: list[LexborNode] = []
    for child in child_nodes(table):
        if child.tag == "tr":
            own.append(child)
        elif child.tag in _GROUPS:
            yield child.tag, [each for each in child_nodes(child) if each.tag == "tr"]
    if own:
        yield "table", own


def _placed(own: list[LexborNode], left: dict[int, tuple[LexborNode, int]]) -> list[Cell]:
    """Return a row's places; `left` are the cells from above by column, with the rows to go."""
    places: list[Cell] = []
    begun: dict[int, tuple[LexborNode, int]] = {}
    for element in own:
        while len(places) in left:
            places.append(_continued(left, len(places)))
        at, down = len(places), _span(element, "rowspan", _MOST_ROWS)
        wide = min(_span(element, "colspan", _MOST_COLUMNS), max(_MOST_COLUMNS - at, 1))
        places += [Cell(element, True), *[Cell(element, False)] * (wide - 1)]
        if down > 1:
            begun.update((column, (element, down - 1)) for column in range(at, at + wide))
    for _ in range(len(places), max(left, default=-1) + 1):
        places.append(_continued(left, len(places)))
    left.update(begun)
    return places


def _continued(left: dict[int, tuple[LexborNode, int]], column: int) -> Cell:
    """Return the place of a cell from above; there is none where a row is short."""
    element, more = left.pop(column, (None, 0))
    if element is not None and more > 1:
        left[column] = element, more - 1
    return Cell(element, False)


def _span(cell: LexborNode, name: str, most: int) -> int:
    """Return how many places a cell covers; 0 rows are all that are left."""
    stated = attribute(cell, name).strip()
    if not (stated.isascii() and stated.isdigit()):
        return 1
    number = int(stated[:9])
    return min(number or (most if name == "rowspan" else 1), most)
