"""The running headers and footers of a PDF: lines that repeat at the same edge of many pages.

What repeats is told once; only page numbers are left out. `Invoice 4711` above `Invoice 4712` does
not repeat, and neither does `Article 2` on the second page: such lines are titles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from ragline_ingestor.parsers.pdf.lines import PdfLine

# so many pages, and half of them all
_LEAST_PAGES = 3
# lines at one edge
_MOST_LINES = 4
# font sizes between what stands at the left, in the middle and at the right of a line
_APART = 1.5
_SAME_PLACE_PT = 4.0
_SEPARATOR = regex.compile(r"(?<!\s)\s*+[|•·–—]\s*+")
_PAGE_WORD = (
    r"page|pages|pag|pág|p|pp|seite|seiten|s|blatt|página|pagina|strona|str|sida|side|sivu|oldal"
    r"|стр|страница|sayfa|halaman|trang|第|页|頁|ページ|쪽"
)
_NUMBER = regex.compile(r"\d{1,6}")
_OF = r"(?:of|von|de|di|van|из|av|af|z|/|／|-|–)"
_PAGE_NUMBER = regex.compile(
    rf"[-–—\[(]?+\s*+(?:(?:{_PAGE_WORD})\.?+\s*+)?(?P<page>\d{{1,6}}+)\s*+(?:(?:页|頁|ページ|쪽)\s*+)?"
    rf"(?:{_OF}\s*+(?:(?:{_PAGE_WORD})\s*+)?(?P<pages>\d{{1,6}}+)\s*+)?[-–—\])]?+",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What is left of the pages' lines, and what stands above and below them.

    `titles` are lines at the top that differ from page to page in a number only.
    """

    pages: tuple[tuple[PdfLine, ...], ...]
    headers: tuple[str, ...]
    footers: tuple[str, ...]
    titles: frozenset[str]


def without_running(pages: Sequence[Sequence[PdfLine]]) -> Running:
    """Take running headers and footers out of pages of lines, which are sorted from the top."""
    left = [list(page) for page in pages]
    headers = list(_taken(left, 0))
    footers = list(_taken(left, -1))
    return Running(
        pages=tuple(map(tuple, left)),
        headers=tuple(dict.fromkeys(headers)),
        footers=tuple(dict.fromkeys(reversed(footers))),
        titles=frozenset(_titles(left)),
    )


def _taken(pages: list[list[PdfLine]], edge: int) -> Iterator[str]:
    """Take the lines at one edge out of `pages`, and yield their texts without page numbers."""
    filled = sum(map(bool, pages))
    often = max(_LEAST_PAGES, filled / 2)
    for _ in range(_MOST_LINES):
        keys = {n: _keys(page[edge], n) for n, page in enumerate(pages) if page}
        counts = Counter(key for found in keys.values() for key in found)
        running = {key for key, count in counts.items() if count >= often}
        taken = [n for n, found in keys.items() if running.intersection(found)]
        if not taken:
            return
        for n in taken:
            line = pages[n].pop(edge)
            yield from (each for each in _segments(line) if not _PAGE_NUMBER.fullmatch(each))


def _titles(pages: Sequence[Sequence[PdfLine]]) -> Iterator[str]:
    filled = [page[0] for page in pages if page]
    often = max(_LEAST_PAGES, len(filled) / 2)
    keys = [(_NUMBER.sub("#", line.text), round(line.baseline)) for line in filled]
    counts = Counter(keys)
    for key, line in zip(keys, filled, strict=True):
        if counts[key] >= often and any(map(str.isalpha, line.text)):
            yield line.text


def _keys(line: PdfLine, page: int) -> set[tuple[object, ...]]:
    """Return what a line has in common with that of another page if both are running ones.

    The number of a page grows with the pages, from wherever it begins.
    """
    place = round(line.baseline / _SAME_PLACE_PT)
    parts: list[object] = []
    for segment in _segments(line):
        number = _PAGE_NUMBER.fullmatch(segment)
        if number is None:
            parts.append(segment)
            continue
        words = _NUMBER.sub("#", segment)
        parts.append((words, int(number["page"]) - page, number["pages"]))
    # a place at the edge of two is in both
    return {(*parts, place), (*parts, place + 1)}


def _segments(line: PdfLine) -> Iterator[str]:
    """Yield what stands apart on a line."""
    words: list[str] = []
    right: float | None = None
    for word in line.words:
        if right is not None and word.left - right > _APART * word.size:
            yield from _split(words)
            words = []
        words.append(word.text)
        right = word.right
    yield from _split(words)


def _split(words: Iterable[str]) -> Iterator[str]:
    text = " ".join(words)
    # a page number may have such signs around it
    parts = [text] if _PAGE_NUMBER.fullmatch(text) else _SEPARATOR.split(text)
    yield from filter(None, parts)
