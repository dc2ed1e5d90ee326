"""Scripts that are written without spaces: Chinese, Japanese, Thai, Lao, Khmer and Burmese.

Their words are matched by pairs of neighbouring characters, as Lucene's CJK analyzer does: without
a dictionary to keep, and with a new name found like any other word. `docs/quality/embedders.md`
compares this with dictionaries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Thai and Lao without the currency sign and digits; Burmese and Khmer letters; kana with its
# marks, without the middle dot; Han with its repetition mark and zero
_CHARACTERS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u109d\u1780-\u17d3"
    "\u17dd\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_CHARACTERS}]+")
# one of these may be a word of its own, a letter is none
_HAN = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# the first character of a piece tells whether the whole piece is of these scripts
_BEGINS = re.compile(f"[{_CHARACTERS}]")


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the half-open ranges of the runs of these scripts in `text`."""
    return (run.span() for run in _RUN.finditer(text))


def set_apart(text: str) -> str:
    """Return `text` with blanks around each run of these scripts.

    >>> set_apart("AB-1234の交換")
    'AB-1234 の交換 '
    """
    return _RUN.sub(r" \g<0> ", text)


def is_unspaced(word: str) -> bool:
    """Tell whether a word of text that was set apart is a run of these scripts."""
    return not word.isascii() and _BEGINS.match(word) is not None


def pairs(run: str) -> list[str]:
    """Return the neighbouring characters of a run; a run of one character as it is.

    >>> pairs("全文検索")
    ['全文', '文検', '検索']
    """
    return [run[at : at + 2] for at in range(max(1, len(run) - 1))]


def pieces(run: str) -> list[str]:
    """Return what a run is searched by: its Chinese characters, and its pairs of characters.

    >>> pieces("検索する")
    ['検', '索', '検索', '索す', 'する']
    """
    return [*_HAN.findall(run), *pairs(run)] if len(run) > 1 else [run]
