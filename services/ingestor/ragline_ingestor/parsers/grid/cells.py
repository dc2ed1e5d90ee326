"""The cells of a sheet, as they are read before tables are found in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_VALUE = re.compile(
    r"[-+(−]?+\s?+(?:[$€£¥₹]|[A-Z]{3}(?=[ \d]))?+\s?+[-+−]?+\d[\dTZ.,'’:/ \u00a0\u202f+-]*+"
    r"(?:%|‰|[$€£¥₹]|[^\W\d_]{1,4}[²³]?+)?+\)?+"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_TRUTH = frozenset({"true", "false", "yes", "no"})
_NOTHING = frozenset({"", "-", "–", "n/a", "na", "null", "none"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text on one line, and the row and column, from 1, where it stands.

    A merged cell is in each place that it covers and keeps the place where it begins.
    """

    text: str
    row: int
    column: int

    @property
    def is_value(self) -> bool:
        """Whether it is a number, an amount, a date or a truth, which do not name a column."""
        return bool(_VALUE.fullmatch(self.text)) or self.text.casefold() in _TRUTH

    @property
    def is_year(self) -> bool:
        """Whether it is a year, which may name a column."""
        return bool(_YEAR.fullmatch(self.text))

    @property
    def is_nothing(self) -> bool:
        """Whether it only says that there is no value."""
        return self.text.casefold() in _NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row with text, by column; `number` is the row's own."""

    number: int
    cells: Mapping[int, Cell]

    @property
    def own(self) -> list[Cell]:
        """Its cells from left to right, a merged one once."""
        return list(dict.fromkeys(cell for _, cell in sorted(self.cells.items())))


def one_line(text: str) -> str:
    """Return a cell's text without line breaks and outer space: `Ana Duarte, Ben Okafor`."""
    joined = ""
    for line in (" ".join(line.split()) for line in text.splitlines()):
        if line:
            between = " " if joined.endswith((",", ";", ":", ".", "!", "?")) else ", "
            joined += between + line if joined else line
    return joined


def columns_of(rows: Iterable[Row]) -> list[int]:
    """Return the columns that have text in a row."""
    return sorted({column for row in rows for column in row.cells})


def column_name(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def address(cells: Iterable[Cell], row: int) -> str:
    """Return where cells of a row stand: `A5:C5`, or `A5` for a single one."""
    columns = [cell.column for cell in cells]
    first, last = min(columns), max(columns)
    begin = f"{column_name(first)}{row}"
    return begin if first == last else f"{begin}:{column_name(last)}{row}"
