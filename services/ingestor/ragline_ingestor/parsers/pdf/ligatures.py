"""Reads ligatures that a PDF's font does not explain: `e�ciency` is `efficiency`.

TeX and others draw `ffi` as one sign, whose font may not say which letters it stands for. It is
read where only one ligature makes a word, of the document or of a dictionary; every other sign
that cannot be read stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import regex

from ragline_ingestor.parsers.pdf.dictionaries import DEFAULT, dictionary
from ragline_ingestor.parsers.pdf.source import PageContent
from ragline_ingestor.parsers.pdf.words import UNREADABLE, PdfWord

_LIGATURES = ("ffi", "ffl", "ff", "fi", "fl")
_WORD = regex.compile(r"[\p{L}\ufffd]+")
_LANGUAGES = frozenset({"en", "de", "es", "fr", "it", "pt", "nl"})


class LigatureReader:
    """Reads the ligatures of one document.

    Args:
        texts: all lines of the document.
        language: its ISO 639 code; None if it is not known.
    """

    def __init__(self, texts: Iterable[str], language: str | None) -> None:
        self._words = frozenset(
            word.casefold()
            for text in texts
            for word in _WORD.findall(text)
            if UNREADABLE not in word
        )
        self._language = language or DEFAULT

    def page(self, page: PageContent) -> PageContent:
        """Return the page with its ligatures as letters, and with as many fewer unreadable ones."""
        if not page.unreadable:
            return page
        words = tuple(tuple(self._word(word) for word in words) for words in page.words)
        read = _unreadable(page.words) - _unreadable(words)
        return replace(page, words=words, unreadable=page.unreadable - read)

    def _word(self, word: PdfWord) -> PdfWord:
        if UNREADABLE not in word.text:
            return word
        return replace(word, text=_WORD.sub(lambda found: self._read(found[0]), word.text))

    def _read(self, text: str) -> str:
        if text.count(UNREADABLE) != 1 or text == UNREADABLE:
            return text
        whole = [text.replace(UNREADABLE, ligature) for ligature in _LIGATURES]
        known = [each for each in whole if self._knows(each.casefold())]
        return known[0] if len(known) == 1 else text

    def _knows(self, word: str) -> bool:
        if word in self._words:
            return True
        return self._language in _LANGUAGES and word in dictionary(self._language)


def _unreadable(words: Iterable[Iterable[PdfWord]]) -> int:
    return sum(word.text.count(UNREADABLE) for each in words for word in each)
