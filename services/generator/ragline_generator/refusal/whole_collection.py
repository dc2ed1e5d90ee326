"""Questions over a whole collection: how many, list all, the longest, what changed last week.

An answer is made from the few passages that were found. Where these are some of many of a kind
(a page for each supplier), counting or comparing them would be wrong without a word. Where a
passage states the number or names the longest, there is nothing to count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ragline.contracts.queries import Passage
from ragline.questions.terms import stem, terms
from ragline_generator.passages.context import label
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.units import LineKind
from ragline_generator.passages.words import NUMBERS, words

_MANY = 3
_NEAR = 3
_LEAST_SHARED = 2
_COUNT = re.compile(r"\b(?:number|total|count|altogether|sum)\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow\s+many\s+(?P<things>[\w -]{1,60})", re.IGNORECASE)
_LIST = re.compile(
    r"\b(?:list|name|show|give)\s+(?:me\s+)?(?:all|every|the\s+names)\b|\bwhat\s+are\s+all\b"
    r"|\ball\s+(?:the\s+|our\s+)?\w+s\s*[?.!]*$",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\b(?P<word>(?:long|short|large|small|big|high|low|old|new|cheap|young|great|late|earli|fast"
    r"|slow|strong|heavi|wide)(?:est|gest)|most|least|fewest)\b(?!\s+likely)",
    re.IGNORECASE,
)
_WHICH = re.compile(
    r"^\W*(?:which|what)\s+(?:\w+\s+)?(?P<things>[a-z]{3,}s)\b(?<!ss)", re.IGNORECASE
)
_UPDATED = re.compile(r"\b(?P<word>updated|changed|added|published|edited|new)\b", re.IGNORECASE)
_RECENTLY = re.compile(
    r"\b(?:last|this|past)\s+(?:week|month|quarter|year)\b|\b(?:yesterday|today|recently|lately)\b",
    re.IGNORECASE,
)
_PATTERNS = (_HOW_MANY, _LIST, _SUPERLATIVE, _WHICH, _RECENTLY)
_TEXTS = frozenset(map(stem, ("document", "page", "file", "source", "article")))


def may_ask_for_all(question: str) -> bool:
    """Tell whether `question` counts, lists or compares, by its words alone."""
    return any(pattern.search(question) for pattern in _PATTERNS)


def asks_for_all(
    question: str, passages: Sequence[Passage], ranked: Sequence[Sequence[Ranked]]
) -> bool:
    """Tell whether only all documents together answer `question`, and these are a few of them.

    `ranked` are the units of the passages, passage by passage.
    """
    units = [each for own in ranked for each in own]
    if counted := _HOW_MANY.search(question):
        named = _first_term(counted["things"])
        if named is None or any(_counts(each, named) for each in units):
            return False
        return named in _TEXTS or _is_kind(named, passages)
    if (news := _UPDATED.search(question)) and _RECENTLY.search(question):
        return not any(stem(news["word"].casefold()) in each.terms for each in units)
    return _compares(question, passages, ranked) or (
        _LIST.search(question) is not None
        and any(_is_kind(term, passages) for term in terms(question))
    )


def _compares(
    question: str, passages: Sequence[Passage], ranked: Sequence[Sequence[Ranked]]
) -> bool:
    """Tell whether the greatest is asked for, or all that have something, and none says it."""
    units = [each for own in ranked for each in own]
    shared, wanted = _shared(passages, ranked), terms(question)
    if found := _SUPERLATIVE.search(question):
        word = stem(found["word"].casefold())
        stated = any(word in each.terms for each in units)
        return not stated and (bool(wanted & shared) or _is_one_table(units, wanted))
    which = _WHICH.search(question)
    several = which is not None and stem(which["things"].casefold()) in shared
    return several and len(wanted & shared) >= _LEAST_SHARED


def _first_term(things: str) -> str | None:
    found = (term for word in things.split() for term in terms(word))
    return next(found, None)


def _counts(unit: Ranked, named: str) -> bool:
    """Tell whether the unit has a number near the word for what is counted; a year is none."""
    if named not in unit.terms and unit.unit.kind is not LineKind.TABLE_ROW:
        return False
    said = words(unit.text)
    places = [n for n, word in enumerate(said) if word.term == named]
    numbers = [n for n, word in enumerate(said) if word.sort in NUMBERS]
    if unit.unit.kind is LineKind.TABLE_ROW:
        return bool(numbers)
    return any(
        0 < place - number <= _NEAR or (_COUNT.search(unit.text) and number - place <= _NEAR)
        for place in places
        for number in numbers
    ) or any(unit.text.count(":") and number - place == 1 for place in places for number in numbers)


def _is_kind(term: str, passages: Sequence[Passage]) -> bool:
    """Tell whether the titles of several documents name one thing each of this kind."""
    names = {p.document_id: terms(label(p)) for p in passages}
    of_kind = {names[document] for document in names if term in names[document]}
    return len(of_kind) >= _MANY


def _shared(passages: Sequence[Passage], ranked: Sequence[Sequence[Ranked]]) -> frozenset[str]:
    """Return the words of a sentence that several documents share but for names and numbers."""
    seen: dict[frozenset[str], set[str]] = {}
    for passage, units in zip(passages, ranked, strict=True):
        for each in units:
            plain = frozenset(word.term for word in words(each.text) if not word.literal)
            if len(plain) >= _LEAST_SHARED and plain != frozenset(each.terms):
                seen.setdefault(plain, set()).add(passage.document_id)
    kinds = Counter({plain: len(documents) for plain, documents in seen.items()})
    return frozenset[str]().union(*(plain for plain, n in kinds.items() if n >= _MANY))


def _is_one_table(units: Sequence[Ranked], wanted: frozenset[str]) -> bool:
    """Tell whether the column asked for has several rows: the greatest is not in any of them."""
    rows = [each for each in units if each.unit.kind is LineKind.TABLE_ROW]
    heads = [each for each in units if each.unit.kind is LineKind.TABLE_HEAD]
    return len(rows) >= _MANY and any(wanted & head.terms for head in heads)
