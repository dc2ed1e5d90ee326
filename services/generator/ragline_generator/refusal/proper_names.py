"""Names of several words in a question: where no passage has one, nothing is said of who it is.

Of Ada Fuller says nothing that a page is about Ada Pearson, however near the rest of it is. A
name's words may stand in another order, and with another word between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ragline.questions.terms import STOP_WORDS, sequence

_CAPITAL = r"[A-ZÀ-ÖØ-Þ0-9][\w'’.-]*+"
_NAME = re.compile(rf"(?<![\w'’.-]){_CAPITAL}(?:\s(?:(?:of|the|de|van|von|ap|al)\s)?{_CAPITAL})++")
_QUOTED = re.compile(r"[\"“]([^\"”]{2,80})[\"”]|`([^`]{2,80})`")
_WORD = re.compile(r"[^\W\d_]{3,}+")
# In a title every word may have a capital letter
_TITLE_SHARE = 0.7
# Imperatives and prepositions that begin a question
_OPENINGS = frozenset(
    re.findall(
        r"\w+",
        "besides compare describe explain given list name according regarding considering",
    )
)
_APART = 2


def proper_names(question: str) -> tuple[tuple[str, ...], ...]:
    """Return the terms of each name or quoted phrase of several words in `question`.

    >>> proper_names("In which series did Ada Fuller play?")
    (('ada', 'fuller'),)
    """
    found = (sequence(name) for name in _names(question))
    return tuple(dict.fromkeys(terms for terms in found if len(terms) > 1))


def holds(name: Sequence[str], passage: Sequence[str]) -> bool:
    """Tell whether the terms of a `passage`, in order, have those of the `name` close together."""
    wanted, width = set(name), len(name) + _APART
    if not wanted.issubset(passage):
        return False
    starts = (at for at, term in enumerate(passage) if term in wanted)
    return any(wanted.issubset(passage[at : at + width]) for at in starts)


def _names(question: str) -> Iterator[str]:
    for quoted in _QUOTED.finditer(question):
        yield quoted[1] or quoted[2]
    words = _WORD.findall(question)
    if sum(word[0].isupper() for word in words) > _TITLE_SHARE * len(words):
        return
    for match in _NAME.finditer(question):
        first, _, others = match.group().partition(" ")
        leads = first.casefold() in STOP_WORDS or first.casefold() in _OPENINGS
        yield others if leads else match.group()
