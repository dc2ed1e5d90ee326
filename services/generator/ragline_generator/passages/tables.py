"""Tables: Markdown's, with or without outer bars, and reStructuredText's grids."""

from __future__ import annotations

import re

from ragline_generator.passages.lines import Line, LineKind, Lines

_TABLE = re.compile(r"\s*\|.*\|\s*$")
_TABLE_RULE = re.compile(r"[\s|:-]++$")
# reStructuredText's grid: `+---+---+` between rows, `|===|===|` or `+===+===+` below the head
_BORDER = re.compile(r"\s*\+(?:[-=]+\+)+\s*$")
_HEAD_BORDER = re.compile(r"\s*[+|](?:=+[+|])+\s*$")


def begins_table(line: Line) -> bool:
    """Tell whether a paragraph ends before this line."""
    return bool(_TABLE.match(line.text) or _BORDER.match(line.text))


def grid(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    """Find a row of a grid, whose cells may take several lines."""
    if _bordered(lines[at]):
        return LineKind.NOISE, 1
    count = 0
    while at + count < len(lines) and _TABLE.match(lines[at + count].text):
        if _HEAD_BORDER.match(lines[at + count].text):
            break
        count += 1
    if not count or at + count == len(lines) or not _bordered(lines[at + count]):
        return None
    heads = _HEAD_BORDER.match(lines[at + count].text)
    return (LineKind.TABLE_HEAD, count + 1) if heads else (LineKind.TABLE_ROW, count)


def _bordered(line: Line) -> bool:
    return bool(_BORDER.match(line.text) or _HEAD_BORDER.match(line.text))


def table(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    """Find the head or a row of a table of bars."""
    if "|" not in lines[at].text:
        return None
    if at + 1 < len(lines) and is_rule(lines[at + 1]):
        return LineKind.TABLE_HEAD, 2
    if _TABLE.match(lines[at].text) or _under_rule(lines, at):
        return LineKind.TABLE_ROW, 1
    return None


def is_rule(line: Line) -> bool:
    """Tell whether the line stands below a table's head."""
    text = line.text
    return "|" in text and "--" in text and _TABLE_RULE.match(text) is not None


def _under_rule(lines: Lines, at: int) -> bool:
    """Tell whether a line without outer bars is a row: so are all lines above it, up to a rule."""
    while at and "|" in lines[at - 1].text:
        at -= 1
        if is_rule(lines[at]):
            return True
    return False
