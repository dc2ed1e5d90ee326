"""Splits a passage into units that can be kept or left out without harm to their meaning.

Units are sentences of prose, whole list items, whole numbered steps with all that is indented
under them, whole code blocks and single table rows. They never overlap, keep their order, and
each is a half-open character range. Markdown and plain text with underlined titles both work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ragline_generator.passages.sentences import sentences, trim


class Kind(StrEnum):
    """What a unit is. Noise (comments, imports, front matter) is never quoted as an answer."""

    PROSE = "prose"
    HEADING = "heading"
    ITEM = "item"
    STEP = "step"
    CODE = "code"
    TABLE_HEAD = "table_head"
    TABLE_ROW = "table_row"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]` of the passage, without the white space around it."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    @property
    def blank(self) -> bool:
        return not self.text.strip()


_Lines = Sequence[_Line]
# Looks at `lines[at:]`; returns the kind and how many lines belong to the block, or None
_Rule = Callable[[_Lines, int], tuple[Kind, int] | None]

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_ANY_FENCE = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?(?:`{3,}|~{3,})")
_BARE_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*$")
_HEADING = re.compile(r" {0,3}#{1,6}\s+\S")
_UNDERLINE = re.compile(r"\s*([=\-*~^])\1{2,}\s*$")
_BULLET = re.compile(r"\s*[-*+•]\s+\S")
_NUMBERED = re.compile(r"\s*(?:\d{1,3}|[a-z])[.)]\s+\S")
_MARKER = re.compile(r"\s*(?:[-*+•]|(?:\d{1,3}|[a-z])[.)])\s+")
_TABLE = re.compile(r"\s*\|.*\|\s*$")
_TABLE_RULE = re.compile(r"[\s|:-]*-{2,}[\s|:-]*$")
# reStructuredText's grid: `+---+---+` between rows, `|===|===|` or `+===+===+` below the head
_BORDER = re.compile(r"\s*\+(?:[-=]+\+)+\s*$")
_HEAD_BORDER = re.compile(r"\s*[+|](?:=+[+|])+\s*$")
_NOISE = re.compile(r"\s*(?::::.*|import\s.+\sfrom\s+['\"].*|</?[A-Z]\w*[^>]*>)\s*$")
_CODE = re.compile(
    r"\s*(?:>>>|\.\.\. |[$#] |(?:def|class|for|if|import|from|return|while|with|try|raise)\b)"
    r"|.*(?:[;{}=]|\w\(|^\s*\S+\)$)"
)
_INDENT_OF_CODE = 2


def split(text: str) -> tuple[Unit, ...]:
    """Split `text` into its units, in order."""
    lines = _lines(text)
    units: list[Unit] = []
    at = 0
    while at < len(lines):
        if lines[at].blank:
            at += 1
            continue
        kind, count = _block(lines, at)
        units.extend(_units(text, lines[at : at + count], kind))
        at += count
    return tuple(units)


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_Line(start, line))
        start += len(line) + 1
    return lines


def _block(lines: _Lines, at: int) -> tuple[Kind, int]:
    for rule in _RULES:
        found = rule(lines, at)
        if found is not None:
            return found
    return Kind.PROSE, _paragraph(lines, at)


def _units(text: str, lines: _Lines, kind: Kind) -> Iterator[Unit]:
    if kind is Kind.PROSE:
        for start, end in sentences(text, lines[0].start, lines[-1].end):
            yield Unit(start, end, kind)
        return
    start, end = trim(text, lines[0].start, lines[-1].end)
    yield Unit(start, end, kind)


def _front_matter(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    if at or lines[0].text.strip() != "---":
        return None
    for count, line in enumerate(lines[1:], start=2):
        if line.text.strip() == "---":
            return Kind.NOISE, count
    return None


def _rest_of_fence(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    """A passage that begins inside a code block has an odd number of fences, the first bare."""
    fences = [] if at else [n for n, line in enumerate(lines) if _ANY_FENCE.match(line.text)]
    if len(fences) % 2 == 0 or not _BARE_FENCE.match(lines[fences[0]].text):
        return None
    return Kind.CODE, fences[0] + 1


def _fence(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    count = _fenced(lines, at, _FENCE.match(lines[at].text))
    return (Kind.CODE, count) if count else None


def _fenced(lines: _Lines, at: int, opening: re.Match[str] | None) -> int:
    """Count the lines up to the fence's end, or the text's; 0 without an opening."""
    if opening is None:
        return 0
    for count, line in enumerate(lines[at + 1 :], start=2):
        if line.text.strip().startswith(opening.group(1)):
            return count
    return len(lines) - at


def _comment(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    if not lines[at].text.lstrip().startswith("<!--"):
        return None
    for count, line in enumerate(lines[at:], start=1):
        if "-->" in line.text:
            return Kind.NOISE, count
    return None


def _noise(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    return (Kind.NOISE, 1) if _NOISE.match(lines[at].text) else None


def _heading(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    if _HEADING.match(lines[at].text):
        return Kind.HEADING, 1
    if at + 1 < len(lines) and _underlines(lines[at + 1], lines[at]):
        return Kind.HEADING, 2
    return (Kind.NOISE, 1) if _UNDERLINE.match(lines[at].text) else None


def _grid(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    """Find a row of a grid, whose cells may take several lines."""
    if _bordered(lines[at]):
        return Kind.NOISE, 1
    count = 0
    while at + count < len(lines) and _TABLE.match(lines[at + count].text):
        if _HEAD_BORDER.match(lines[at + count].text):
            break
        count += 1
    if not count or at + count == len(lines) or not _bordered(lines[at + count]):
        return None
    heads = _HEAD_BORDER.match(lines[at + count].text)
    return (Kind.TABLE_HEAD, count + 1) if heads else (Kind.TABLE_ROW, count)


def _bordered(line: _Line) -> bool:
    return bool(_BORDER.match(line.text) or _HEAD_BORDER.match(line.text))


def _table(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    if "|" not in lines[at].text:
        return None
    if at + 1 < len(lines) and _is_rule(lines[at + 1]):
        return Kind.TABLE_HEAD, 2
    if _TABLE.match(lines[at].text) or _under_rule(lines, at):
        return Kind.TABLE_ROW, 1
    return None


def _is_rule(line: _Line) -> bool:
    return "|" in line.text and _TABLE_RULE.match(line.text) is not None


def _under_rule(lines: _Lines, at: int) -> bool:
    """Tell whether a line without bars around it is a row: all above it are, up to a rule."""
    while at and "|" in lines[at - 1].text:
        at -= 1
        if _is_rule(lines[at]):
            return True
    return False


def _step(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    return (Kind.STEP, _item(lines, at, nested=True)) if _NUMBERED.match(lines[at].text) else None


def _bullet(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    return (Kind.ITEM, _item(lines, at, nested=False)) if _BULLET.match(lines[at].text) else None


def _indented_code(lines: _Lines, at: int) -> tuple[Kind, int] | None:
    if lines[at].indent < _INDENT_OF_CODE:
        return None
    count = _while(lines, at, lambda line: line.blank or line.indent >= _INDENT_OF_CODE)
    block = [line.text for line in lines[at : at + count] if not line.blank]
    code = sum(_CODE.match(line) is not None for line in block)
    prose = sum(line.rstrip().endswith(".") for line in block)
    return (Kind.CODE, count) if 2 * code >= len(block) and not prose else None


def _item(lines: _Lines, at: int, *, nested: bool) -> int:
    """Count the lines of a list item: up to a line that is no deeper than its marker."""
    count, after_blank = _code_in_item(lines, at), False
    while at + count < len(lines):
        line = lines[at + count]
        deeper = line.blank or line.indent > lines[at].indent
        lazy = not after_blank and not line.blank and not _starts_block(line)
        ends_itself = not nested and _marked(line)
        if not (deeper or lazy) or ends_itself:
            break
        count, after_blank = count + _code_in_item(lines, at + count), line.blank
    return _without_blank_end(lines, at, count)


def _code_in_item(lines: _Lines, at: int) -> int:
    """Count the lines of the fence that begins here, behind a marker too; 1 where none does."""
    marker = _MARKER.match(lines[at].text)
    opening = _FENCE.match(lines[at].text, marker.end() if marker else 0)
    return max(1, _fenced(lines, at, opening))


def _paragraph(lines: _Lines, at: int) -> int:
    count = 1
    while at + count < len(lines):
        line = lines[at + count]
        if line.blank or _starts_block(line) or _headed(lines, at + count):
            break
        count += 1
    return count


def _headed(lines: _Lines, at: int) -> bool:
    """Tell whether the line is a title or a table's head, by the line below it."""
    if at + 1 == len(lines):
        return False
    table = "|" in lines[at].text and _is_rule(lines[at + 1])
    return table or _underlines(lines[at + 1], lines[at])


def _underlines(line: _Line, title: _Line) -> bool:
    """Tell whether `line` makes a title of the one above; a short line of tildes opens code."""
    fence = _FENCE.match(line.text) and len(line.text.strip()) < len(title.text.strip())
    return _UNDERLINE.match(line.text) is not None and not fence


def _while(lines: _Lines, at: int, belongs: Callable[[_Line], bool]) -> int:
    count = 1
    while at + count < len(lines) and belongs(lines[at + count]):
        count += 1
    return _without_blank_end(lines, at, count)


def _without_blank_end(lines: _Lines, at: int, count: int) -> int:
    while lines[at + count - 1].blank:
        count -= 1
    return count


def _marked(line: _Line) -> bool:
    return bool(_BULLET.match(line.text) or _NUMBERED.match(line.text))


def _starts_block(line: _Line) -> bool:
    patterns = (_FENCE, _HEADING, _TABLE, _BORDER, _NOISE)
    return _marked(line) or any(pattern.match(line.text) for pattern in patterns)


_RULES: tuple[_Rule, ...] = (
    _front_matter,
    _rest_of_fence,
    _fence,
    _comment,
    _noise,
    _heading,
    _grid,
    _table,
    _step,
    _bullet,
    _indented_code,
)
