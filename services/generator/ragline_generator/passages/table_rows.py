"""The rows of a passage's tables with all that they say: their cells, column names and caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from ragline_generator.passages import readable
from ragline_generator.passages.lines import LineKind
from ragline_generator.passages.units import Unit, split


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; `names` has a name for each cell, empty where the table's head is not known.

    `table` is the number of its table in the passage, `caption` the line right above that table.
    """

    table: int
    names: tuple[str, ...]
    cells: tuple[str, ...]
    caption: str = ""

    @property
    def text(self) -> str:
        """The row as `column: cell` pairs, or its cells alone."""
        return readable.labelled(self.names, self.cells)


@lru_cache(maxsize=512)
def table_rows(text: str) -> Mapping[int, TableRow]:
    """Return the rows of the tables in `text` by the offset where they begin."""
    found: dict[int, TableRow] = {}
    head: Unit | None = None
    above: Unit | None = None
    table, caption = 0, ""
    for unit in split(text):
        if unit.kind is LineKind.TABLE_ROW:
            if above is None or above.kind not in (LineKind.TABLE_ROW, LineKind.TABLE_HEAD):
                table, head, caption = table + 1, None, _caption(text, above)
            found[unit.start] = _row(text, unit, head, table, caption)
        elif unit.kind is LineKind.TABLE_HEAD:
            if above is None or above.kind is not LineKind.TABLE_ROW:
                caption = _caption(text, above)
            table, head = table + 1, unit
        if unit.kind is not LineKind.NOISE:
            above = unit
    return MappingProxyType(found)


def _row(text: str, unit: Unit, head: Unit | None, table: int, caption: str) -> TableRow:
    cells = readable.cells(text[unit.start : unit.end])
    names = readable.column_names(text[head.start : head.end], len(cells)) if head else ()
    return TableRow(table, tuple(names), tuple(cells), caption)


def _caption(text: str, above: Unit | None) -> str:
    if above is None or above.kind not in (LineKind.PROSE, LineKind.HEADING):
        return ""
    return readable.heading(text[above.start : above.end])


def same_table(rows: Mapping[int, TableRow], of: TableRow) -> Sequence[TableRow]:
    """Return the rows of the table of the row `of`, in order."""
    return [row for row in rows.values() if row.table == of.table]
