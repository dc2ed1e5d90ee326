"""Cuts an oversize block at natural boundaries: items, lines, sentences, words, graphemes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import takewhile

import regex

from ragline_ingestor.document import BlockKind

Span = tuple[int, int]

_ITEM = regex.compile(r"\n(?=[ \t]{0,3}(?:[-*+•]|\d{1,9}[.)])[ \t])")
_BLANK_LINE = regex.compile(r"\n[ \t]*\n+")
_LINE = regex.compile(r"\n+")
# the terminators of Latin, CJK, Arabic, Urdu and Indic scripts
_SENTENCE = regex.compile(
    r"(?<![.!?…؟۔।॥])[.!?…؟۔।॥]++[\"'”’)\]]*+\s++|[。！？｡]++[”’」』）]*+\s*+|\n++"
)
_WORD = regex.compile(r"\s+")
_FENCE = regex.compile(r"^[ \t]*+(?:(?:[-*+•]|\d{1,9}[.)])[ \t]++)?(`{3,}+|~{3,}+)(.*+)$", regex.M)
_GRAPHEME = regex.compile(r"\X")

_CUTS = {
    BlockKind.HEADING: (_SENTENCE, _WORD),
    BlockKind.PARAGRAPH: (_SENTENCE, _WORD),
    BlockKind.LIST: (_ITEM, _LINE, _SENTENCE, _WORD),
    BlockKind.CODE: (_BLANK_LINE, _LINE, _WORD),
    BlockKind.TABLE: (_LINE, _WORD),
}


def split(text: str, span: Span, *, kind: BlockKind, limit: int) -> list[Span]:
    """Cut `span` of `text` into consecutive spans of at most `limit` code points.

    Tries the coarsest boundaries first, and finer ones only for parts that are still too long. A
    grapheme cluster is cut only if it alone is longer than `limit`.
    """
    if kind is BlockKind.LIST and (fenced := _fenced(text, span)):
        return _joined(iter(_around_code(text, span, fenced, limit)), limit)
    return _split(text, span, _CUTS[kind], limit)


def sentence_start(text: str, span: Span) -> int | None:
    """Return the start of the first sentence, else word, strictly inside `span`, or None."""
    for cut in (_SENTENCE, _WORD):
        for match in cut.finditer(text, *span):
            if span[0] < match.end() < span[1]:
                return int(match.end())
    return None


def _split(text: str, span: Span, cuts: tuple[regex.Pattern[str], ...], limit: int) -> list[Span]:
    if span[1] - span[0] <= limit:
        return [span]
    if not cuts:
        return list(_graphemes(text, span, limit))
    parts = (
        finer
        for part in _parts(text, span, cuts[0])
        for finer in _split(text, part, cuts[1:], limit)
    )
    return _joined(parts, limit)


def _fenced(text: str, span: Span) -> list[Span]:
    """Return the fenced code in a list, whole lines: a command that is cut does not run."""
    found: list[Span] = []
    opened: tuple[int, str] | None = None
    for match in _FENCE.finditer(text, *span):
        if opened is None:
            opened = match.start(), match[1]
        elif match[1].startswith(opened[1]) and not match[2].strip():
            found.append((opened[0], min(match.end() + 1, span[1])))
            opened = None
    return found


def _around_code(text: str, span: Span, fenced: list[Span], limit: int) -> Iterator[Span]:
    """Yield the parts of a list: its items, or an item's text and code if it is too long."""
    codes = deque(fenced)
    for start, end in _items(text, span, fenced):
        at = start
        while codes and codes[0][0] < end:
            code = codes.popleft()
            if end - start > limit:
                if at < code[0]:
                    yield from _split(text, (at, code[0]), _CUTS[BlockKind.LIST], limit)
                yield from _split(text, code, _CUTS[BlockKind.CODE], limit)
                at = code[1]
        if at < end:
            yield from _split(text, (at, end), _CUTS[BlockKind.LIST], limit)


def _items(text: str, span: Span, fenced: list[Span]) -> Iterator[Span]:
    """Yield the items; a line of code that looks like one is none."""
    codes = deque(fenced)
    start, end = span
    for match in _ITEM.finditer(text, *span):
        while codes and codes[0][1] <= match.start():
            codes.popleft()
        in_code = bool(codes) and codes[0][0] < match.end()
        if start < match.end() < end and not in_code:
            yield start, match.end()
            start = match.end()
    yield start, end


def _parts(text: str, span: Span, cut: regex.Pattern[str]) -> Iterator[Span]:
    start, end = span
    for match in cut.finditer(text, start, end):
        if start < match.end() < end:
            yield start, match.end()
            start = match.end()
    yield start, end


def _graphemes(text: str, span: Span, limit: int) -> Iterator[Span]:
    start, end = span
    while end - start > limit:
        cut = _grapheme_cut(text, start, start + limit)
        yield start, cut
        start = cut
    yield start, end


def _grapheme_cut(text: str, start: int, cut: int) -> int:
    """Return the last grapheme cluster boundary up to `cut`; `cut` if there is none."""
    if text[cut - 1 : cut + 1].isascii():  # ASCII's only cluster is CR LF, now gone
        return cut
    borders = takewhile(
        lambda border: border <= cut, (m.end() for m in _GRAPHEME.finditer(text, start))
    )
    return max(borders, default=cut)


def _joined(parts: Iterator[Span], limit: int) -> list[Span]:
    joined: list[Span] = []
    for start, end in parts:
        if joined and end - joined[-1][0] <= limit:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
