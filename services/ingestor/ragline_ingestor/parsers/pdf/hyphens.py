"""Joins lines: a hyphen at a line's end may be the word's own, or only part it.

Words are looked up in the document first, which knows its own names, then in a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex

from ragline_ingestor.parsers.pdf.dictionaries import DEFAULT, dictionary
from ragline_ingestor.parsers.pdf.lines import joined

_ENDS_WITH_HYPHEN = regex.compile(r"(?<=[\p{L}\p{N}])[-\u00ad\u2010]$")
_LAST = regex.compile(r"(?<![\p{L}\p{N}\-\u2010])[\p{L}\p{N}\-\u2010]++$")
_FIRST = regex.compile(r"[\p{L}\p{N}\-\u2010]+")
_WORD = regex.compile(r"[\p{L}\p{N}]+(?:[-\u2010][\p{L}\p{N}]+)*+")
# `input- and output`: the hyphen stands for what follows
_CONJUNCTIONS = frozenset(
    {
        *("and", "or", "to", "and/or", "und", "oder", "bis", "sowie", "und/oder", "et", "ou", "y"),
        *("o", "e", "u", "en", "of", "och", "eller", "og", "i", "lub", "и", "или"),
    }
)
# hyphenation leaves at least two letters on either side
_LEAST_LETTERS = 2
# of these the dictionary tells compounds with a hyphen; in others the rest of one has a capital
_DICTIONARIES = frozenset({"en", "fr", "es", "it", "pt", "nl"})


class LineJoiner:
    """Joins the lines of one document.

    Args:
        lines: all lines of the document.
        language: its ISO 639 code; None if it is not known.
    """

    def __init__(self, lines: Iterable[str], language: str | None) -> None:
        self._words = frozenset(
            word.casefold() for line in lines for word in _WORD.findall(_without_end(line))
        )
        self._language = language or DEFAULT

    def all(self, lines: Sequence[str]) -> str:
        """Return the lines as one."""
        text = ""
        for line in lines:
            text = self(text, line)
        return text

    def __call__(self, text: str, line: str) -> str:
        """Return `text` with `line` behind it."""
        if not _ENDS_WITH_HYPHEN.search(text):
            return joined(text, line)
        following = _FIRST.match(line)
        if following is None or following[0].casefold() in _CONJUNCTIONS:
            return joined(text, line)
        if self._parts_a_word(text, following[0]):
            return text[:-1] + line
        return text + line

    def _parts_a_word(self, text: str, following: str) -> bool:
        """Tell whether the hyphen at the end of `text` only parts a word."""
        if text.endswith("\u00ad"):
            return True
        before = _LAST.search(text)
        first = before[0][:-1] if before else ""
        if not following[:1].islower() or not first or "-" in first or "\u2010" in first:
            return False
        first, second = first.casefold(), following.casefold()
        if first + second in self._words:
            return True
        if f"{first}-{second}" in self._words:
            return False
        if min(len(first), len(second)) < _LEAST_LETTERS or not first.isalpha():
            return False
        return not self._is_compound(first, second.partition("-")[0])

    def _is_compound(self, first: str, second: str) -> bool:
        """Tell whether both parts are words while the whole is none."""
        if self._language not in _DICTIONARIES:
            return False
        known = dictionary(self._language)
        if min(len(first), len(second)) <= _LEAST_LETTERS:
            return False
        return first in known and second in known and first + second not in known


def _without_end(line: str) -> str:
    """Return `line` without the part of a word at its end."""
    found = _LAST.search(line) if _ENDS_WITH_HYPHEN.search(line) else None
    return line[: found.start()] if found else line
