"""Writes the tables of a sheet: rows below their columns' names, each with its cells' address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from ragline_ingestor.document import BlockKind
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.grid.cells import Cell, Row, address, column_name, columns_of
from ragline_ingestor.parsers.grid.heads import Layout, is_form, layout
from ragline_ingestor.parsers.grid.regions import regions

# a wider table has a part for each row: its head would be most of each chunk
_MOST_COLUMNS = 17
_LONGEST_HEAD = 300
_LONGEST_ROW = 1_000
_LONGEST_HEADING = 200
_ADDRESS = "Cells"


class GridWriter:
    """Writes sheets to a builder.

    Args:
        builder: gets the blocks.
        level: of the headings of tables.
    """

    def __init__(self, builder: TextBuilder, *, level: int) -> None:
        self._builder = builder
        self._level = level
        self._last: Mapping[int, str] = {}

    def write(self, rows: Iterable[Row]) -> None:
        """Write the rows of one sheet; those without text are left out."""
        self._last = {}
        for region in regions(rows):
            found = layout(region)
            self._above(found.above, has_table=bool(found.body))
            rows = [*found.head, *found.body]
            if is_form(rows):
                lines = (f"- {_statement(row)}" for row in rows)
                self._builder.add(BlockKind.LIST, "\n".join(lines))
            else:
                self._table(found)
            for row in found.below:
                self._builder.add(BlockKind.PARAGRAPH, row.own[0].text)

    def _table(self, found: Layout) -> None:
        names = found.names
        if not found.head and found.body:
            # a table that goes on below a blank row
            columns = columns_of(found.body)
            names = self._last if set(columns) <= set(self._last) else {}
        if len(found.body) == 1 and not names:
            self._builder.add(
                BlockKind.PARAGRAPH, " | ".join(cell.text for cell in found.body[0].own)
            )
        elif found.body:
            self._rows(found.body, names)
        elif found.head:
            self._builder.add(BlockKind.PARAGRAPH, " | ".join(names.values()))

    def _above(self, rows: Sequence[Row], *, has_table: bool) -> None:
        """Write what stands above a table; its first line heads what follows."""
        lines = [_statement(row) for row in rows]
        if lines and has_table and len(rows[0].own) == 1 and len(lines[0]) <= _LONGEST_HEADING:
            self._builder.add(BlockKind.HEADING, lines.pop(0), level=self._level)
        for line in lines:
            self._builder.add(BlockKind.PARAGRAPH, line)

    def _rows(self, rows: Sequence[Row], names: Mapping[int, str]) -> None:
        columns = sorted({*columns_of(rows), *names})
        self._last = {at: names.get(at) or column_name(at) for at in columns}
        texts = [[*_texts(row, columns), _address(row)] for row in rows]
        lines = table_lines([*self._last.values(), _ADDRESS], texts)
        if lines is None:
            self._records(rows)
        else:
            self._builder.add(BlockKind.TABLE, "\n".join(lines))

    def _records(self, rows: Sequence[Row]) -> None:
        for row in rows:
            key = row.own[0].text
            if len(key) <= _LONGEST_HEADING:
                heading = f"{key} ({_address(row)})"
                self._builder.add(BlockKind.HEADING, heading, level=self._level + 1)
            cells = sorted(row.cells.items())
            lines = (f"- {self._last[column]}: {cell.text}" for column, cell in cells)
            self._builder.add(BlockKind.LIST, "\n".join(lines))


def table_lines(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str] | None:
    """Return the lines of a table as in Markdown; None if it is too wide to be read as one."""
    head = _line(names)
    if len(names) > _MOST_COLUMNS or len(head) > _LONGEST_HEAD:
        return None
    lines = [head, "|---" * len(names) + "|", *map(_line, rows)]
    return None if any(len(line) > _LONGEST_ROW for line in lines) else lines


def _statement(row: Row) -> str:
    """Return a row beside or above a table on one line: `Invoice: 4711`."""
    label, *values = (cell.text for cell in row.own)
    if not values:
        return label
    return f"{label.rstrip(':').rstrip()}: {'; '.join(values)} ({_address(row)})"


def _texts(row: Row, columns: Iterable[int]) -> list[str]:
    return [cell.text if (cell := row.cells.get(column)) else "" for column in columns]


def _address(row: Row) -> str:
    places = (Cell("", row.number, column) for column in row.cells)
    return address(places, row.number)


def _line(texts: Iterable[str]) -> str:
    escaped = (text.replace("|", r"\|") for text in texts)
    return "".join(chain(("|",), (f" {text} |" for text in escaped)))
