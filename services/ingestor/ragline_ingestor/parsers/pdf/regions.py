"""The reading order of a PDF page: columns one after the other, tables by row.

Both are words with free space between them, from the top to the bottom of a part of the page
(`Gutter`). Columns hold running text: their lines fill them, and go on in small letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import mean, median

import regex

from ragline_ingestor.parsers.pdf.grids import Grid, grid_of
from ragline_ingestor.parsers.pdf.lines import PdfLine, gaps, lines_of
from ragline_ingestor.parsers.pdf.rules import Rule
from ragline_ingestor.parsers.pdf.words import PdfWord

Gutter = tuple[float, float]

_MARKER = regex.compile(r"[-*•‣▪●◦–➢✓]|\(?[0-9]{1,3}[.)]|\(?\p{L}[.)]")
_WIDE_SCRIPT = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
# a share of the font size: between columns, and not between words
_LEAST_GUTTER = 0.9
_LEAST_GUTTER_PT = 5.0
# within so many lines the second column begins
_LOOK_AHEAD = 4
# font sizes without text that end a table or columns
_LONGEST_PAUSE = 4.5
_COLUMN_LINES = 3
_COLUMN_CHARS = 15
_COLUMN_FILL = 0.5
_GOES_ON = 0.2
_PROSE_LINES = 6
_FLOWS = 0.5
_ALIGNED_PT = 1.0
_ALIGNED = 0.6
_DEEPEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Lines below each other within `left` and `right`, the sides of their column."""

    lines: tuple[PdfLine, ...]
    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Lines that the same gutters part."""

    length: int
    gutters: tuple[Gutter, ...]
    are_columns: bool = False

    @property
    def score(self) -> int:
        """More lines, or more columns: what crosses a table's gutters is not a part of it."""
        return self.length * len(self.gutters)


_NO_RUN = _Run(length=0, gutters=())


def read(words: Sequence[PdfWord], rules: Sequence[Rule]) -> list[Region | Grid]:
    """Return the parts of a page in the order in which they are read."""
    return list(_read(lines_of(words), rules, _DEEPEST))


def _read(lines: Sequence[PdfLine], rules: Sequence[Rule], depth: int) -> Iterator[Region | Grid]:
    single: list[PdfLine] = []
    at = 0
    while at < len(lines):
        run = _split_run(lines, at, rules) if depth else _NO_RUN
        if not run.gutters:
            single.append(lines[at])
            at += 1
            continue
        within = lines[at : at + run.length]
        at += run.length
        parts = list(_parts(within, run, rules, depth))
        if not parts:
            single += within
            continue
        yield from _region(single, lines)
        single = []
        yield from parts
    yield from _region(single, lines)


def _region(single: Sequence[PdfLine], lines: Sequence[PdfLine]) -> Iterator[Region]:
    if single:
        yield Region(
            lines=tuple(single),
            left=min(line.left for line in lines),
            right=max(line.right for line in lines),
        )


def _split_run(lines: Sequence[PdfLine], start: int, rules: Sequence[Rule]) -> _Run:
    """Return the run of lines from `start` that are columns or a table; an empty one if neither."""
    runs = _runs(lines, start)
    if not runs:
        return _NO_RUN
    longest = max(runs, key=lambda run: run.length)
    if _are_columns(lines[start : start + longest.length], longest.gutters, rules):
        return replace(longest, are_columns=True)
    best = max(runs, key=lambda run: run.score)
    # a line above a table may cover what parts its columns
    later = max((run.score for run in _runs(lines, start + 1)), default=0)
    return best if best.score >= later else _NO_RUN


def _runs(lines: Sequence[PdfLine], start: int) -> list[_Run]:
    """Return the runs of lines from `start` that gutters part, the shorter ones first."""
    if start >= len(lines):
        return []
    found: list[_Run] = []
    size = median(line.size for line in lines[start : start + _LOOK_AHEAD])
    least = max(_LEAST_GUTTER * size, _LEAST_GUTTER_PT)
    free: list[Gutter] = [(float("-inf"), float("inf"))]
    for index in range(start, len(lines)):
        pause = lines[index].baseline - lines[index - 1].baseline if index > start else 0.0
        if pause > _LONGEST_PAUSE * size:
            break
        free = list(_common(free, list(gaps(lines[index], least)), least))
        inner = tuple(gap for gap in free if gap[0] > float("-inf") and gap[1] < float("inf"))
        if inner:
            found.append(_Run(length=index + 1 - start, gutters=inner))
        elif found or index - start >= _LOOK_AHEAD:
            break
    return found


def _common(left: list[Gutter], right: list[Gutter], least: float) -> Iterator[Gutter]:
    """Yield what is free in both, from left to right."""
    i = j = 0
    while i < len(left) and j < len(right):
        begin, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if end - begin >= least:
            yield begin, end
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1


def _parts(
    lines: Sequence[PdfLine], run: _Run, rules: Sequence[Rule], depth: int
) -> Iterator[Region | Grid]:
    """Yield a run's parts; nothing if it is plain lines after all."""
    columns = [lines_of(each) for each in _columns(lines, run.gutters)]
    if run.are_columns:
        for column in columns:
            yield from _read(column, rules, depth - 1)
    elif not _are_items(columns):
        yield from _table(lines, run.gutters, rules)


def _are_columns(
    lines: Sequence[PdfLine], gutters: Sequence[Gutter], rules: Sequence[Rule]
) -> bool:
    """Tell whether the lines between the gutters are read column by column."""
    columns = [lines_of(each) for each in _columns(lines, gutters)]
    if sum(len(column) >= _COLUMN_LINES for column in columns) < 2:
        return False
    if _is_ruled(lines, gutters, rules):
        return False
    if _is_running_text(columns) or _is_prose(columns[0]):
        return True
    return any(map(_is_prose, columns)) and not _are_aligned(lines, columns, gutters)


def _is_prose(column: Sequence[PdfLine]) -> bool:
    """Tell whether a column is long and running text; a table's first one is not."""
    return len(column) >= _PROSE_LINES and _fills(column) and _goes_on([column], _FLOWS)


def _are_aligned(
    lines: Sequence[PdfLine], columns: Sequence[Sequence[PdfLine]], gutters: Sequence[Gutter]
) -> bool:
    """Tell whether what stands side by side stands on the same baselines, as a table's rows do."""
    rows = sum(
        len(_filled(line, gutters)) > 1
        and max(w.baseline for w in line.words) - min(w.baseline for w in line.words) < _ALIGNED_PT
        for line in lines
    )
    second = sorted(map(len, columns))[-2]
    return rows >= _ALIGNED * second


def _table(
    lines: Sequence[PdfLine], gutters: Sequence[Gutter], rules: Sequence[Rule]
) -> Iterator[Region | Grid]:
    """Yield the table, and what stands above and below it in one column only."""
    several = [i for i, line in enumerate(lines) if len(_filled(line, gutters)) > 1]
    if len(several) < 2:
        return
    first, last = several[0], _end(lines, several[-1], gutters)
    yield from _region(lines[:first], lines)
    yield grid_of(lines[first:last], [(a + b) / 2 for a, b in gutters], rules)
    yield from _region(lines[last:], lines)


def _end(lines: Sequence[PdfLine], last: int, gutters: Sequence[Gutter]) -> int:
    """Return where the table ends: the last row's cells may go on in lines of their own."""
    end = last + 1
    while end < len(lines) and 0 not in _filled(lines[end], gutters):
        end += 1
    return end


def _filled(line: PdfLine, gutters: Sequence[Gutter]) -> set[int]:
    return {_column_of(word, gutters) for word in line.words}


def _column_of(word: PdfWord, gutters: Sequence[Gutter]) -> int:
    return sum(word.left >= gutter[1] - 0.01 for gutter in gutters)


def _columns(lines: Sequence[PdfLine], gutters: Sequence[Gutter]) -> list[list[PdfWord]]:
    columns: list[list[PdfWord]] = [[] for _ in range(len(gutters) + 1)]
    for line in lines:
        for word in line.words:
            columns[_column_of(word, gutters)].append(word)
    return columns


def _is_running_text(columns: Sequence[Sequence[PdfLine]]) -> bool:
    long = [column for column in columns if len(column) >= _COLUMN_LINES]
    if len(columns[0]) < _COLUMN_LINES or len(long) < 2 or not all(map(_fills, long)):
        return False
    short = [column for column in columns if len(column) < _COLUMN_LINES]
    return all(map(_fills, short)) and _goes_on(long, _GOES_ON)


def _fills(column: Sequence[PdfLine]) -> bool:
    """Tell whether the lines are as long as those of running text."""
    if not column:
        return False
    width = max(line.right for line in column) - min(line.left for line in column)
    fill = mean(line.right - line.left for line in column) / (width or 1.0)
    chars = median(len(line.text) + len(_WIDE_SCRIPT.findall(line.text)) for line in column)
    return fill >= _COLUMN_FILL and chars >= _COLUMN_CHARS


def _goes_on(columns: Sequence[Sequence[PdfLine]], least: float) -> bool:
    """Tell whether so many lines go on with a sentence, as far as the script shows it."""
    pairs = [(a.text, b.text) for column in columns for a, b in pairwise(column)]
    cased = [b for _, b in pairs if b[:1].lower() != b[:1].upper()]
    if not cased:
        return not any(b[:1].isdigit() for _, b in pairs)
    return sum(b[:1].islower() for b in cased) >= least * len(cased)


def _is_ruled(lines: Sequence[PdfLine], gutters: Sequence[Gutter], rules: Sequence[Rule]) -> bool:
    """Tell whether lines are drawn across the gutters between the rows."""
    top, bottom = lines[0].baseline, lines[-1].baseline
    inside = {
        round(rule.y)
        for rule in rules
        if top < rule.y < bottom and rule.left < gutters[0][0] and rule.right > gutters[-1][1]
    }
    return bool(inside)


def _are_items(columns: Sequence[Sequence[PdfLine]]) -> bool:
    """Tell whether the first column is nothing but the marks or numbers of a list."""
    return len(columns) == 2 and all(_MARKER.fullmatch(line.text) for line in columns[0])
