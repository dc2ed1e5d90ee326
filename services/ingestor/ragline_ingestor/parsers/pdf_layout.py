"""Rebuilds paragraphs and headings from the lines of PDF pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from pypdf import PageObject

from ragline_ingestor.document import BlockKind
from ragline_ingestor.parsers.builder import TextBuilder

_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_NUMBER = re.compile(r"\d+")
_NUMBERED_HEADING = re.compile(r"(?<!\d)(?<!\d\.)\d++(?:\.\d++)*+\.?+\s++")
_SENTENCE_END = tuple(".!?:;…。！？؟")
_ITEM = re.compile(r"(?:[-*•‣▪–]|\d{1,3}[.)])\s+\S")
_MAX_HEADING_CHARS = 120
# text in a font this much larger than the body's is a heading
_HEADING_SCALE = 1.15
# a line this much shorter than the longest lines ends its paragraph
_SHORT_LINE = 0.8
_RUNNING_PAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfLine:
    """One line of a page; `size` is its font size in points, 0 when unknown."""

    text: str
    size: float


def page_lines(page: PageObject) -> list[PdfLine]:
    """Extract a page's lines with their font size; blank lines are kept as paragraph boundaries."""
    pieces: list[tuple[str, float]] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _: Any, size: float) -> None:
        pieces.append((text, abs(size * tm[3] * cm[3])))

    page.extract_text(visitor_text=visit)
    return list(_lines(pieces))


def add_blocks(
    pages: Sequence[Sequence[PdfLine]], *, outline: Mapping[str, int], builder: TextBuilder
) -> None:
    """Add the pages' headings, lists and paragraphs.

    A heading is a line that the outline names, or a short line in a larger font. Running headers
    and footers are left out; words hyphenated at the end of a line are joined.
    """
    lines = list(_without_running(pages))
    sizes = [line.size for line in lines if line.text and line.size]
    body = median(sizes) if sizes else 0.0
    width = max((len(line.text) for line in lines), default=0)
    paragraph: list[str] = []
    for line in lines:
        level = _heading_level(line, outline, body)
        if level or not line.text or _ITEM.match(line.text):
            _flush(paragraph, builder)
        if level:
            builder.add(BlockKind.HEADING, line.text, level=level)
        elif line.text:
            paragraph.append(line.text)
            if line.text.endswith(_SENTENCE_END) and len(line.text) < _SHORT_LINE * width:
                _flush(paragraph, builder)
    _flush(paragraph, builder)


def _lines(pieces: Sequence[tuple[str, float]]) -> Iterator[PdfLine]:
    text, size = "", 0.0
    for piece, piece_size in pieces:
        for index, part in enumerate(piece.split("\n")):
            if index:
                yield PdfLine(text=" ".join(text.split()), size=size)
                text, size = "", 0.0
            text += part
            size = max(size, piece_size) if part.strip() else size
    yield PdfLine(text=" ".join(text.split()), size=size)


def _without_running(pages: Sequence[Sequence[PdfLine]]) -> Iterator[PdfLine]:
    """Drop first and last lines that half of the pages share, apart from page numbers."""
    edges = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    often = max(_RUNNING_PAGES, len(pages) / 2)
    running = {key for key, count in edges.items() if count >= often}
    for page in pages:
        dropped = {id(line) for line in _edges(page) if _key(line) in running}
        yield from (line for line in page if id(line) not in dropped)


def _edges(page: Sequence[PdfLine]) -> list[PdfLine]:
    filled = [line for line in page if line.text]
    return [*filled[:1], *filled[-1:]]


def _key(line: PdfLine) -> str:
    return _NUMBER.sub("#", line.text)


def _heading_level(line: PdfLine, outline: Mapping[str, int], body: float) -> int:
    """Return the heading level of a line, 0 for none."""
    if not line.text or len(line.text) > _MAX_HEADING_CHARS:
        return 0
    bare = _NUMBERED_HEADING.sub("", line.text, count=1)
    if level := outline.get(line.text) or outline.get(bare):
        return level
    if outline or not body or line.size < _HEADING_SCALE * body:
        return 0
    # without an outline the font size determines the level: twice the body's size is a title
    return 1 if line.size >= 1.6 * body else 2 if line.size >= 1.35 * body else 3


def _flush(paragraph: list[str], builder: TextBuilder) -> None:
    text = ""
    for line in paragraph:
        text = _appended(text, line)
    paragraph.clear()
    builder.add(BlockKind.LIST if _ITEM.match(text) else BlockKind.PARAGRAPH, text)


def _appended(text: str, line: str) -> str:
    if _HYPHENATED.search(text) and line[:1].islower():
        return text[:-1] + line
    return f"{text} {line}" if text else line
