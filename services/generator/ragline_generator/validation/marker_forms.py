"""Citation markers as language models write them, though they were asked for `[1]`.

`[1, 2]`, `[1; 2]`, `[1-3]`, `[[1]]`, `[^1]`, `[Source 1]`, `【1】`, `【1†source】`, `［1］`, a code
span that holds nothing but a marker, and `(1)` where a sentence or a line ends. Parentheses
anywhere else are the text's own: an enumeration, a call, a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragline.citation_markers import NUMBER

# What stands before the number in markers that spell it out
_WORD = r"(?:[Ss]ources?|[Ee]xcerpts?|[Pp]assages?|[Dd]ocuments?|[Qq]uellen?|[Ff]uentes?)[ ]?"
_JOINT = r"[ ]?(?:,|;|&|-|–|and|und|et|y)[ ]?"
_NUMBERS = rf"[ ]?(?:{_WORD})?{NUMBER}(?:{_JOINT}(?:{_WORD})?{NUMBER}){{0,12}}[ ]?"
_BRACKETED = (
    rf"\[\^?{_NUMBERS}\]",
    rf"\[\[{_NUMBERS}\]\]",
    rf"[【［]{_NUMBERS}(?:†[^】］\n]{{0,40}})?[】］]",
    rf"(?<!`)`\[{_NUMBERS}\]`(?!`)",
)
# A marker in brackets of any kind
IN_BRACKETS = "|".join(_BRACKETED)
# A marker in parentheses: behind a space, before the end of a sentence or of a line
IN_PARENTHESES = rf"(?<=[ \t])\({_NUMBERS}\)(?=[.!?](?:\s|$)|[ \t]*(?:\n|$))"
# A heading of sources, up to the marker that begins the list
SOURCES = (
    r"\n[ ]{0,3}[#*_]{0,4}[ ]?(?:Sources|References|Citations|Footnotes|Quellen|Références|Fuentes)"
    r"[#*_: ]{0,6}\n\s{0,4}(?:[-*][ ])?(?=\[\^?\d)"
)
# The end of a text that may be the beginning of one of these
BEGUN = (
    r"(?:(?<!`)`)?(?:\[{1,2}|[【［])\^?[\dA-Za-z ,;&–-]{0,60}+(?:†[^】］\n]{0,40}+)?[\]】］]{0,2}`?"
    r"|\([\dA-Za-z ,;&–-]{0,60}+(?:\)[.!?]?[ \t]*+)?"
    r"|\n[ ]{0,3}[#*_]{0,4}[ ]?[A-Za-zé]{0,10}[#*_: ]{0,6}(?:\n\s{0,4}(?:[-*][ ]?)?(?:\[\^?)?)?"
)
_RANGE = re.compile(rf"({NUMBER})[ ]?[-–][ ]?({NUMBER})")
_MOST = 20  # excerpts of one range; a longer one is no list of sources


def numbers_of(marker: str) -> list[int]:
    """Return the numbers that a marker cites, each once, in order; a range is all in between."""
    return list(dict.fromkeys(_numbers(marker.partition("†")[0])))


def _numbers(text: str) -> Iterator[int]:
    at = 0
    for found in _RANGE.finditer(text):
        yield from map(int, re.findall(NUMBER, text[at : found.start()]))
        first, last = int(found[1]), int(found[2])
        yield from range(first, last + 1) if 0 <= last - first < _MOST else (first, last)
        at = found.end()
    yield from map(int, re.findall(NUMBER, text[at:]))
