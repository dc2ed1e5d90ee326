"""Lines of text on a PDF page: words on one baseline, and what a line says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from ragline_ingestor.parsers.pdf.words import PdfWord

_RIGHT_TO_LEFT = regex.compile(r"[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}]")
_LETTER = regex.compile(r"\p{L}")
_WITHOUT_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\u3000-\u303f\uff00-\uff60]")
# a share of the font size
_SAME_BASELINE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfLine:
    """Words on one baseline, in reading order; places as of `PdfWord`.

    `text` has spaces between the words. `size` is the font size of most of its characters, in
    points; `bold` says whether all of it is.
    """

    words: tuple[PdfWord, ...]
    text: str
    size: float
    bold: bool
    left: float
    right: float
    baseline: float


def line_of(words: Sequence[PdfWord]) -> PdfLine:
    """Return the line of words that stand in any order."""
    text = " ".join(word.text for word in words)
    ordered = sorted(words, key=lambda word: word.left)
    if 2 * len(_RIGHT_TO_LEFT.findall(text)) > len(_LETTER.findall(text)):
        ordered = sorted(words, key=lambda word: -word.right)
    return PdfLine(
        words=tuple(ordered),
        text=" ".join(word.text for word in ordered),
        size=_usual_size(words),
        bold=all(word.bold for word in words),
        left=min(word.left for word in words),
        right=max(word.right for word in words),
        baseline=words[0].baseline,
    )


def lines_of(words: Sequence[PdfWord]) -> list[PdfLine]:
    """Return the words' lines from top to bottom."""
    rows: list[list[PdfWord]] = []
    for word in sorted(words, key=lambda each: (each.baseline, each.left)):
        if rows and word.baseline - rows[-1][0].baseline <= _SAME_BASELINE * max(
            word.size, rows[-1][0].size
        ):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [line_of(row) for row in rows]


def joined(before: str, after: str) -> str:
    """Return two pieces of a text with a space where their scripts have one."""
    if not before or not after:
        return before + after
    if _WITHOUT_SPACES.match(before[-1]) and _WITHOUT_SPACES.match(after[0]):
        return before + after
    return f"{before} {after}"


def gaps(line: PdfLine, least: float) -> Iterator[tuple[float, float]]:
    """Yield the free places beside and between a line's words that are at least so wide."""
    words = sorted(line.words, key=lambda word: word.left)
    yield float("-inf"), words[0].left
    right = words[0].right
    for _, word in pairwise(words):
        if word.left - right >= least:
            yield right, word.left
        right = max(right, word.right)
    yield right, float("inf")


def _usual_size(words: Sequence[PdfWord]) -> float:
    chars: dict[float, int] = {}
    for word in words:
        chars[word.size] = chars.get(word.size, 0) + len(word.text)
    return max(chars, key=lambda size: chars[size])
