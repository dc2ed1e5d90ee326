"""Tells what the first rows of a table are: titles, other statements, or its columns' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ragline_ingestor.parsers.grid.cells import Cell, Row, columns_of
from ragline_ingestor.parsers.grid.regions import Region

# a longer text is no column's name
_LONGEST_NAME = 100
# rows that tell a column's kind
_SAMPLE = 50
_MOST_HEAD_ROWS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """A region's rows by what they are; `names` are the columns' names.

    `above` and `below` are what stands around the table, `has_head` whether the sheet names its
    columns. Without rows that belong together, all are in `above`.
    """

    above: Sequence[Row]
    head: Sequence[Row]
    body: Sequence[Row]
    below: Sequence[Row]

    @property
    def names(self) -> Mapping[int, str]:
        """The names of the columns, those over several columns before those below them."""
        names: dict[int, list[str]] = {}
        for row in self.head:
            for column, cell in row.cells.items():
                names.setdefault(column, []).append(cell.text)
        return {column: " ".join(dict.fromkeys(texts)) for column, texts in names.items()}


def layout(region: Region) -> Layout:
    """Return what the rows of `region` are."""
    first = _first_of_table(region)
    above, rows = region[:first], region[first:]
    last = len(rows)
    while last > 1 and len(rows[last - 1].own) == 1 and len(columns_of(rows)) > 1:
        last -= 1
    rows, below = rows[:last], rows[last:]
    count = _head_rows(rows)
    return Layout(above=above, head=rows[:count], body=rows[count:], below=below)


def is_form(rows: Sequence[Row]) -> bool:
    """Tell whether two columns are labels and what they stand for, below one another.

    The labels end in colons, or what stands beside them is now a value, now a text: a table has
    one kind in a column.
    """
    columns = columns_of(rows)
    if len(columns) != 2:
        return False
    labels = [cell for row in rows[:_SAMPLE] if (cell := row.cells.get(columns[0]))]
    if all(label.text.endswith(":") for label in labels):
        return True
    if any(label.is_value for label in labels) or len({each.text for each in labels}) < len(labels):
        return False
    kinds = {cell.is_value for cell in _column(rows, columns[1]) if not cell.is_nothing}
    below = {cell.is_value for cell in _column(rows[1:], columns[1]) if not cell.is_nothing}
    return len(kinds) == 2 and (len(below) == 2 or False in below)


def _first_of_table(region: Region) -> int:
    """Return the index of the first row that is not about the table but in it."""
    width = len(columns_of(region))
    fullest = max(len(row.own) for row in region)
    least = 2 if width <= 3 else (min(width, fullest) + 1) // 2
    if fullest < 2:
        return len(region)
    return next(at for at, row in enumerate(region) if len(row.own) >= least)


def _head_rows(rows: Sequence[Row]) -> int:
    """Count the rows that name the columns: those that a merged cell of the head reaches."""
    if len(rows) < 2 or not _names_columns(rows[0], rows[1:]):
        return 0
    count = 1
    while count < min(len(rows) - 1, _MOST_HEAD_ROWS) and _goes_on(rows[count - 1], rows[count]):
        count += 1
    return count


def _goes_on(above: Row, row: Row) -> bool:
    """Tell whether a row stands below a name over several columns, or right of one over rows."""
    spread = len(above.cells) > len(above.own)
    continued = any(above.cells.get(column) is cell for column, cell in row.cells.items())
    own = [cell for cell in row.own if cell.row == row.number]
    return (spread or continued) and bool(own) and not any(_is_datum(cell) for cell in own)


def _is_datum(cell: Cell) -> bool:
    return cell.is_value and not cell.is_year


def _names_columns(row: Row, below: Sequence[Row]) -> bool:
    cells = row.own
    if any(len(cell.text) > _LONGEST_NAME or _is_datum(cell) for cell in cells):
        return False
    if all(cell.is_year for cell in cells):
        return False
    for column, cell in row.cells.items():
        if cell.is_year and all(each.is_year for each in _column(below, column)):
            return False
    return 2 * len(row.cells) > len(columns_of([row, *below[:_SAMPLE]]))


def _column(rows: Sequence[Row], column: int) -> list[Cell]:
    return [cell for row in rows[:_SAMPLE] if (cell := row.cells.get(column))]
