"""Cuts an oversize block at natural boundaries: items, lines, sentences, words, graphemes."""

from __future__ import annotations

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
