"""A table on a PDF page: cells by row and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ragline_ingestor.parsers.head_rows import is_head_row
from ragline_ingestor.parsers.pdf.hyphens import LineJoiner
from ragline_ingestor.parsers.pdf.lines import PdfLine, lines_of
from ragline_ingestor.parsers.pdf.rules import Rule
from ragline_ingestor.parsers.pdf.words import PdfWord

_RULE = "---"
# shares of the font size
_TIGHT = 1.3
_LOOSER = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells' lines by row and column; `bold` says which rows are."""

    rows: tuple[tuple[tuple[str, ...], ...], ...]
    bold: tuple[bool, ...]

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0])

    def text(self, join: LineJoiner) -> str:
        """Return a line for each row; the names of the columns are underlined."""
        cells = [[join.all(cell).replace("\n", " ") for cell in row] for row in self.rows]
        if self.width == 2 and all(row[0].endswith((":", "：")) for row in cells if row[0]):
            return "\n".join(" ".join(filter(None, row)) for row in cells)
        lines = [" | ".join(row) for row in cells]
        if _has_head(cells, self.bold):
            lines.insert(1, " | ".join([_RULE] * self.width))
        return "\n".join(lines)

    def followed_by(self, other: Grid) -> Grid:
        """Return this table with the rows of its next page, which may repeat its head."""
        again = 1 if other.rows[0] == self.rows[0] else 0
        return Grid(rows=(*self.rows, *other.rows[again:]), bold=(*self.bold, *other.bold[again:]))


def grid_of(lines: Sequence[PdfLine], borders: Sequence[float], rules: Sequence[Rule]) -> Grid:
    """Return the table of `lines`, with a border between each two columns."""
    rows = [[word for line in row for word in line.words] for row in _rows(lines, borders, rules)]
    return Grid(
        rows=tuple(tuple(map(_cell, _parted(row, borders))) for row in rows),
        bold=tuple(all(word.bold for word in row) for row in rows),
    )


def _cell(words: Sequence[PdfWord]) -> tuple[str, ...]:
    return tuple(line.text for line in lines_of(words))


def _parted(words: Sequence[PdfWord], borders: Sequence[float]) -> list[list[PdfWord]]:
    cells: list[list[PdfWord]] = [[] for _ in range(len(borders) + 1)]
    for word in words:
        cells[sum((word.left + word.right) / 2 > border for border in borders)].append(word)
    return cells


def _rows(
    lines: Sequence[PdfLine], borders: Sequence[float], rules: Sequence[Rule]
) -> Iterator[list[PdfLine]]:
    """Yield the lines of each row: between two rules, else what goes on below a row's first."""
    parted = [_is_parted(a, b, rules) for a, b in pairwise(lines)]
    # one rule below the head parts no rows
    by_rules = sum(parted) > 1
    pitches = [b.baseline - a.baseline for a, b in pairwise(lines)]
    usual = median(pitches) if pitches else 0.0
    row = [lines[0]]
    for line, is_parted, pitch in zip(lines[1:], parted, pitches, strict=True):
        if by_rules:
            goes_on = not is_parted
        else:
            goes_on = not is_parted and _goes_on(line, pitch, usual, max(pitches), borders)
        if goes_on:
            row.append(line)
        else:
            yield row
            row = [line]
    yield row


def _goes_on(
    line: PdfLine, pitch: float, usual: float, widest: float, borders: Sequence[float]
) -> bool:
    """Tell whether a line's cells go on from the line above: nothing begins in the first column.

    A row may lack its first cell, too. The lines of a cell are closer than rows are, or go on in
    small letters.
    """
    if any((word.left + word.right) / 2 < borders[0] for word in line.words):
        return False
    if pitch > _TIGHT * line.size:
        return False
    is_closer = widest > _LOOSER * pitch and usual >= pitch
    return is_closer or line.text[:1].islower()


def _is_parted(above: PdfLine, below: PdfLine, rules: Sequence[Rule]) -> bool:
    left, right = min(above.left, below.left), max(above.right, below.right)
    most = (right - left) / 2
    inside = [rule for rule in rules if above.baseline < rule.y < below.baseline]
    across = sum(min(right, rule.right) - max(left, rule.left) for rule in _distinct(inside))
    return across >= most


def _distinct(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield each rule once: the boxes of two rows have one edge in common."""
    seen: set[tuple[int, int]] = set()
    for rule in rules:
        place = round(rule.left), round(rule.right)
        if place not in seen:
            seen.add(place)
            yield rule


def _has_head(cells: Sequence[Sequence[str]], bold: Sequence[bool]) -> bool:
    """Tell whether the first row names the columns."""
    return is_head_row(cells) or (len(cells) > 1 and bold[0] and not all(bold))
