"""Reads the cells of a sheet as they are shown, one row after the other.

openpyxl reads a sheet either into an object for each cell, formatted or not, or without hidden
rows, merged cells and formulas that were never computed; of a file that has one style too odd for
it, it reads nothing. It gives the formats' and dates' rules.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragline_ingestor.document import ParseLimits
from ragline_ingestor.parsers.grid.cells import Cell, Row, column_name, columns_of, one_line
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.safe_xml import Element, name_of
from ragline_ingestor.parsers.spreadsheet.losses import SheetLoss, SheetLosses
from ragline_ingestor.parsers.spreadsheet.number_format import shown_number
from ragline_ingestor.parsers.spreadsheet.package import Package
from ragline_ingestor.parsers.spreadsheet.workbook import Sheet, Workbook, text_of

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_GENERAL = "General"
# a longer cell over several rows would hide what is different in them
_LONGEST_REPEATED = 200
_ADDRESSES = ("http://", "https://", "mailto:")
_MOST_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class _Range:
    """Cells from a row and column to others, which it includes."""

    top: int
    left: int
    bottom: int
    right: int


class SheetReader:
    """Reads the sheets of one workbook.

    Args:
        package: the file.
        workbook: what its sheets share.
        losses: gets what is left out.
        spend: counts the characters of merged cells, which stand in several places.
        limits: of cells with text.
    """

    def __init__(
        self,
        package: Package,
        workbook: Workbook,
        losses: SheetLosses,
        spend: Callable[[int], None],
        limits: ParseLimits,
    ) -> None:
        self._package = package
        self._workbook = workbook
        self._losses = losses
        self._spend = spend
        self._limits = limits
        self._cells = 0

    def rows(self, sheet: Sheet) -> list[Row]:
        """Return the rows that have text, with merged cells in each place that they cover."""
        found: dict[int, dict[int, Cell]] = {}
        hidden: list[range] = []
        merged: list[_Range] = []
        links: dict[str, str] = {}
        number = 0
        for element in self._package.elements(sheet.part, "col", "row", "mergeCell", "hyperlink"):
            name = name_of(element)
            if name == "row":
                number = _number(element.get("r"), number + 1)
                cells = self._row(sheet, element, number, hidden)
                if cells:
                    found[number] = cells
            elif name == "col" and _is_on(element, "hidden"):
                hidden.append(range(_number(element.get("min"), 1), _last(element) + 1))
            elif name == "mergeCell" and (place := _range(element.get("ref"))):
                merged.append(place)
            elif name == "hyperlink":
                links.update(_link(element))
        self._put_links(sheet, found, links)
        rows = sorted(found.items())
        self._fill(dict(rows), merged)
        return [Row(number, cells) for number, cells in rows]

    def _row(
        self, sheet: Sheet, row: Element, number: int, hidden: Sequence[range]
    ) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        column = 0
        for element in row:
            stated = element.get("r")
            column = _column(stated) if stated else column + 1
            if not len(element):
                continue  # it has a format only
            text = self._text(sheet, element, column, number)
            if text:
                cells[column] = Cell(text, number, column)
        if not cells:
            return cells
        if _is_on(row, "hidden"):
            self._losses.add(SheetLoss.ROW, f"{sheet.name}!{number}")
            return {}
        for column in [each for each in cells if any(each in span for span in hidden)]:
            self._losses.add_once(SheetLoss.COLUMN, f"{sheet.name}!{column_name(column)}")
            del cells[column]
        self._cells += len(cells)
        check_nodes(self._cells, self._limits)
        return cells

    def _text(self, sheet: Sheet, cell: Element, column: int, row: int) -> str:
        value = formula = inline = None
        for child in cell:
            name = name_of(child)
            if name == "v":
                value = child.text
            elif name == "f":
                formula = child
            elif name == "is":
                inline = child
        if inline is not None:
            return one_line(text_of(inline))
        if value is None:
            if formula is not None and cell.get("t") != "str":
                self._losses.add(SheetLoss.FORMULA, f"{sheet.name}!{column_name(column)}{row}")
            return ""
        return one_line(self._shown(cell, value))

    def _shown(self, cell: Element, value: str) -> str:
        kind = cell.get("t", "n")
        if kind == "s":
            at = int(value)
            return self._workbook.texts[at] if 0 <= at < len(self._workbook.texts) else ""
        if kind == "b":
            return "FALSE" if value.strip() in ("0", "false") else "TRUE"
        if kind == "d":
            return value.replace("T", " ").removesuffix(" 00:00:00")
        if kind != "n":
            return value
        style, formats = _number(cell.get("s"), 0), self._workbook.formats
        number_format = formats[style] if style < len(formats) else _GENERAL
        return shown_number(value, number_format, self._workbook.epoch)

    def _put_links(
        self, sheet: Sheet, found: Mapping[int, dict[int, Cell]], links: Mapping[str, str]
    ) -> None:
        """Put the addresses of links behind the cells' texts."""
        relations = self._package.relations(sheet.part) if links else {}
        for ref, relation in links.items():
            place, target = _range(ref), relations.get(relation)
            cell = found.get(place.top, {}).get(place.left) if place else None
            if cell is None or target is None or not target.target.startswith(_ADDRESSES):
                continue
            if target.target.removeprefix("mailto:") not in cell.text:
                self._spend(len(target.target))
                text = f"{cell.text} ({target.target})"
                found[cell.row][cell.column] = Cell(text, cell.row, cell.column)

    def _fill(self, rows: Mapping[int, dict[int, Cell]], merged: Sequence[_Range]) -> None:
        """Put each merged cell in the places that it covers, in rows and columns with text."""
        numbers = list(rows)
        columns = columns_of(Row(number, cells) for number, cells in rows.items())
        for place in merged:
            cell = rows.get(place.top, {}).get(place.left)
            if cell is None:
                continue
            wide = columns[bisect_left(columns, place.left) : bisect_left(columns, place.right + 1)]
            down = numbers[bisect_left(numbers, place.top) : bisect_left(numbers, place.bottom + 1)]
            if len(cell.text) > _LONGEST_REPEATED:
                down = down[:1]
            self._spend((len(cell.text) + 3) * (len(wide) * len(down) - 1))
            for row in down:
                for column in wide:
                    rows[row].setdefault(column, cell)


def _link(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the cell of a link and the id of what it refers to."""
    for name, value in element.attrib.items():
        if name.endswith("}id"):
            yield element.get("ref", ""), value


def _range(ref: str | None) -> _Range | None:
    match = _RANGE.fullmatch(ref or "")
    if match is None:
        return None
    left, top, right, bottom = match.groups()
    return _Range(int(top), _column(left), int(bottom or top), _column(right or left))


def _column(reference: str) -> int:
    """Return the column of `C5` or `C`: 3."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = 26 * column + ord(letter) - ord("A") + 1
    return column


def _number(stated: str | None, otherwise: int) -> int:
    return int(stated) if stated and stated.isdecimal() and len(stated) < 10 else otherwise


def _last(column: Element) -> int:
    return min(_number(column.get("max"), 1), _MOST_COLUMNS)


def _is_on(element: Element, name: str) -> bool:
    return element.get(name) in ("1", "true")
