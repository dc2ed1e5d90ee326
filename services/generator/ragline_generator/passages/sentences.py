"""Sentence boundaries inside one paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ragline.citation_markers import NUMBER, numbers_pattern

# A full stop, closing quotes or brackets, citation markers if any, then white space
_END = re.compile(
    rf"(?:(?<![.!?…])[.!?…]++[\"'”’)\]*_`]*+(?:\s?\[{numbers_pattern()}\])*+\s++(?=[^a-z\s,;:)\]])"
    rf"|[。！？]+[」』”）]*(?:\s?\[{NUMBER}\])*+)"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'])(?:e\.g|i\.e|etc|vs|cf|Dr|Mr|Mrs|Ms|Prof|St|Fig|Eq|No|Nos|Vol|Sec|Ch|approx|"
    r"Inc|Ltd|Co|Jr|Sr|al|(?:[A-Z]\.)*[A-Z])\.$"
)
# Links and code spans are never cut
_WHOLE = re.compile(r"\[[^\[\]\n]*+\]\((?:[^()\s]|\([^()\s]*+\))*+\)|`[^`\n]++`")
_LINE_START = re.compile(r"\s*[^\W_a-z]|\s*[\"'`*_(\[]")
_WRAPPED_AT_MOST = 120
_SHORT_LINE = 0.7


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of the paragraph `text[start:end]` as trimmed, half-open ranges.

    Line ends count as boundaries where the paragraph is a list of lines rather than wrapped prose:
    a line before the last is much shorter than others, or lines are too long to be wrapped.
    """
    cuts = sorted({*_full_stops(text, start, end), *_line_ends(text, start, end), end})
    for cut in cuts:
        trimmed = trim(text, start, cut)
        if trimmed[0] < trimmed[1]:
            yield trimmed
        start = cut


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without the white space around it."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _full_stops(text: str, start: int, end: int) -> Iterator[int]:
    whole = [match.span() for match in _WHOLE.finditer(text, start, end)]
    for match in _END.finditer(text, start, end):
        stop = text[max(start, match.start() - 12) : match.start() + 1]
        inside = any(first < match.end() < last for first, last in whole)
        if not inside and not _ABBREVIATION.search(stop):
            yield match.end()


def _line_ends(text: str, start: int, end: int) -> Iterator[int]:
    lines = text[start:end].split("\n")
    widest = max(map(len, lines))
    wrapped = widest <= _WRAPPED_AT_MOST and min(map(len, lines[:-1]), default=0) >= (
        _SHORT_LINE * widest
    )
    at = start
    for line, following in pairwise(lines):
        at += len(line) + 1
        if not wrapped and _LINE_START.match(following):
            yield at
