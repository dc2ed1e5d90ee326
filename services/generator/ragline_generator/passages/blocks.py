"""Rules that group the lines of a passage into blocks and determine the kind of each."""

from __future__ import annotations

import re
from collections.abc import Callable

from ragline_generator.passages.lines import Line, LineKind, Lines, Rule
from ragline_generator.passages.readable import list_mark_length
from ragline_generator.passages.tables import begins_table, grid, is_rule, table

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_ANY_FENCE = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?(?:`{3,}|~{3,})")
_BARE_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*$")
_HEADING = re.compile(r" {0,3}#{1,6}\s+\S")
_UNDERLINE = re.compile(r"\s*([=\-*~^])\1{2,}\s*$")
_BULLET = re.compile(r"\s*[-*+•]\s+\S")
_NUMBERED = re.compile(r"\s*(?:\d{1,3}|[a-z])[.)]\s+\S")
_NOISE = re.compile(
    r"\s*+(?::::.*+|!\[[^\[\]]*+\]\([^)]*+\)|import\s.+\sfrom\s++['\"].*+|</?[A-Z][^>]*+>)\s*+$"
)
_CODE = re.compile(
    r"\s*(?:>>>|\.\.\. |[$#] |(?:def|class|for|if|import|from|return|while|with|try|raise)\b)"
    r"|.*(?:[;{}=]|\w\(|^\s*\S+\)$)"
)
_PROMPT = re.compile(r"\s*+>>>\s")
_INDENT_OF_CODE = 2


def block(lines: Lines, at: int) -> tuple[LineKind, int]:
    """Return the kind and number of lines of the block that begins at non-blank `lines[at]`."""
    for rule in _RULES:
        found = rule(lines, at)
        if found is not None:
            return found
    return LineKind.PROSE, _paragraph(lines, at)


def _front_matter(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    if at or lines[0].text.strip() != "---":
        return None
    for count, line in enumerate(lines[1:], start=2):
        if line.text.strip() == "---":
            return LineKind.NOISE, count
    return None


def _rest_of_fence(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    """A passage that begins inside a code block has an odd number of fences, the first bare."""
    fences = [] if at else [n for n, line in enumerate(lines) if _ANY_FENCE.match(line.text)]
    if len(fences) % 2 == 0 or not _BARE_FENCE.match(lines[fences[0]].text):
        return None
    return LineKind.CODE, fences[0] + 1


def _fence(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    count = _fenced(lines, at, _FENCE.match(lines[at].text))
    return (LineKind.CODE, count) if count else None


def _fenced(lines: Lines, at: int, opening: re.Match[str] | None) -> int:
    """Count the lines to the end of the fence or of the text; 0 without an opening fence."""
    if opening is None:
        return 0
    for count, line in enumerate(lines[at + 1 :], start=2):
        if line.text.strip().startswith(opening.group(1)):
            return count
    return len(lines) - at


def _comment(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    if not lines[at].text.lstrip().startswith("<!--"):
        return None
    for count, line in enumerate(lines[at:], start=1):
        if "-->" in line.text:
            return LineKind.NOISE, count
    return None


def _noise(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    return (LineKind.NOISE, 1) if _NOISE.match(lines[at].text) else None


def _heading(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    if _HEADING.match(lines[at].text):
        return LineKind.HEADING, 1
    if at + 1 < len(lines) and _underlines(lines[at + 1], lines[at]):
        return LineKind.HEADING, 2
    return (LineKind.NOISE, 1) if _UNDERLINE.match(lines[at].text) else None


def _step(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    return (
        (LineKind.STEP, _item(lines, at, nested=True)) if _NUMBERED.match(lines[at].text) else None
    )


def _bullet(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    return (
        (LineKind.ITEM, _item(lines, at, nested=False)) if _BULLET.match(lines[at].text) else None
    )


def _indented_code(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    if lines[at].indent < _INDENT_OF_CODE:
        return None
    count = _while(lines, at, lambda line: line.blank or line.indent >= _INDENT_OF_CODE)
    block = [line.text for line in lines[at : at + count] if not line.blank]
    code = sum(_CODE.match(line) is not None for line in block)
    prose = sum(line.rstrip().endswith(".") for line in block)
    return (LineKind.CODE, count) if 2 * code >= len(block) and not prose else None


def _session(lines: Lines, at: int) -> tuple[LineKind, int] | None:
    """Find what was typed into an interpreter and what it printed, up to an empty line."""
    if not _PROMPT.match(lines[at].text):
        return None
    return LineKind.CODE, _while(lines, at, lambda line: not line.blank)


def _item(lines: Lines, at: int, *, nested: bool) -> int:
    """Count the lines of a list item: up to a line indented no deeper than its marker."""
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


def _code_in_item(lines: Lines, at: int) -> int:
    """Count the lines of a fence that begins here, maybe after a list marker; 1 if none does."""
    text = lines[at].text
    return max(1, _fenced(lines, at, _FENCE.match(text, list_mark_length(text))))


def _paragraph(lines: Lines, at: int) -> int:
    count = 1
    while at + count < len(lines):
        line = lines[at + count]
        if line.blank or _starts_block(line) or _headed(lines, at + count):
            break
        count += 1
    return count


def _headed(lines: Lines, at: int) -> bool:
    """Tell whether the line is a title or a table's head, by the line below it."""
    if at + 1 == len(lines):
        return False
    table = "|" in lines[at].text and is_rule(lines[at + 1])
    return table or _underlines(lines[at + 1], lines[at])


def _underlines(line: Line, title: Line) -> bool:
    """Tell whether `line` underlines the title above it; a few tildes open code instead."""
    fence = _FENCE.match(line.text) and len(line.text.strip()) < len(title.text.strip())
    return _UNDERLINE.match(line.text) is not None and not fence


def _while(lines: Lines, at: int, belongs: Callable[[Line], bool]) -> int:
    count = 1
    while at + count < len(lines) and belongs(lines[at + count]):
        count += 1
    return _without_blank_end(lines, at, count)


def _without_blank_end(lines: Lines, at: int, count: int) -> int:
    while lines[at + count - 1].blank:
        count -= 1
    return count


def _marked(line: Line) -> bool:
    return bool(_BULLET.match(line.text) or _NUMBERED.match(line.text))


def _starts_block(line: Line) -> bool:
    patterns = (_FENCE, _HEADING, _NOISE)
    return _marked(line) or begins_table(line) or any(p.match(line.text) for p in patterns)


_RULES: tuple[Rule, ...] = (
    _front_matter,
    _rest_of_fence,
    _fence,
    _comment,
    _noise,
    _heading,
    grid,
    table,
    _step,
    _bullet,
    _session,
    _indented_code,
)
