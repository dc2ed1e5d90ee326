"""The two sides of a question that compares, each as a question of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ragline.questions.terms import terms

# Longer names are descriptions: the question is about more than two things
_MOST_TERMS = 3
_LONGEST = 300
_COMPARE = re.compile(
    r"\W*+(?:please\s++)?(?:compare|contrast|vergleich\w*+|comparez?+|compara)\s++", re.IGNORECASE
)
_DIFFERENCE = re.compile(
    r"\b(?:differences?|unterschied\w*+|différences?|diferencias?)\b", re.IGNORECASE
)
_HOW = re.compile(r"\W*+how\s++do(?:es)?+\s++", re.IGNORECASE)
_DIFFER = re.compile(r"\s(?:differ|compare)\b(?:\s++(?:from|to|with)\b)?+", re.IGNORECASE)
_VERSUS = re.compile(r"\s(?:vs\.?+|versus)\s", re.IGNORECASE)
_WHICH = re.compile(r"\W*+(?:which|who|what)\b", re.IGNORECASE)
_OR = re.compile(r"\s(?:or|oder|ou|o)\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\b", re.IGNORECASE)
_AND = re.compile(r"\s(?:and|und|et|y|with|to|mit)\s", re.IGNORECASE)
_OF = re.compile(r"\s(?:of|in|for|between|von|bei|zwischen|de|entre)\s", re.IGNORECASE)
_IN = re.compile(
    r"\s(?:in\s++terms\s++of|with\s++respect\s++to|regarding|in|by|for)\s", re.IGNORECASE
)
_FRAME = re.compile(
    r"(?:(?:is|are|has|have|costs?|does|do|the|in|more|less|fewer|a|an)\s++)++", re.IGNORECASE
)

_Sides = tuple[str, str, str]


def compared(question: str) -> tuple[str, str] | None:
    """Return a question for each of the two things that `question` compares, or None.

    >>> compared("Compare the weight of Alpha and Beta")
    ('weight of Alpha', 'weight of Beta')
    """
    if len(question) > _LONGEST:
        return None
    return _first_of(_readings(question.rstrip(" ?!.")))


def alternatives(question: str) -> tuple[str, str] | None:
    """Return a question for each of two things of which `question` wants the greater, or None.

    >>> alternatives("Which weighs more, Alpha or Beta?")
    ('weighs of Alpha', 'weighs of Beta')
    """
    found = _WHICH.match(question)
    if found is None or len(question) > _LONGEST:
        return None
    aspect, _, sides = question[found.end() :].rstrip(" ?!.").rpartition(",")
    one, _, other = _split(_OR, sides)
    return _first_of([(aspect, one, other)])


def _first_of(readings: Iterable[_Sides]) -> tuple[str, str] | None:
    """Return the sides of the first reading whose sides are two names."""
    for aspect, one, other in readings:
        named = terms(one), terms(other)
        about = _FRAME.sub("", aspect.strip() + " ", count=1).strip()
        small = all(1 <= len(own) <= _MOST_TERMS for own in named)
        if small and named[0] != named[1] and len(terms(about)) <= _MOST_TERMS:
            return _asked(about, one.strip()), _asked(about, other.strip())
    return None


def _readings(question: str) -> Iterator[_Sides]:
    """Yield aspect and sides in each way in which the question can be read as a comparison."""
    if found := _COMPARE.match(question):
        yield from _after_compare(question[found.end() :])
    if found := _DIFFERENCE.search(question):
        aspect, between, sides = _split(_BETWEEN, question[found.end() :])
        if between:
            yield from _both(aspect, sides)
    if (how := _HOW.match(question)) and (found := _DIFFER.search(question, how.end())):
        before, after = question[how.end() : found.start()], question[found.end() :]
        other, _, aspect = _split(_IN, after)
        yield from _both(after.strip().removeprefix("in "), before)
        yield aspect, before, other
    if found := _VERSUS.search(question):
        aspect, colon, one = question[: found.start()].rpartition(":")
        yield (aspect if colon else ""), one, question[found.end() :]


def _after_compare(text: str) -> Iterator[_Sides]:
    one, _, other = _split(_AND, text)
    aspect, of, first = _split(_OF, one)
    if of:
        yield aspect, first, other
    second, _, behind = _split(_IN, other)
    yield behind, one, second


def _both(aspect: str, sides: str) -> Iterator[_Sides]:
    one, word, other = _split(_AND, sides)
    if word:
        yield aspect, one, other


def _split(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    """Return what is before and behind the first match, as `str.partition` does."""
    found = pattern.search(text)
    return (text[: found.start()], found.group(), text[found.end() :]) if found else (text, "", "")


def _asked(aspect: str, side: str) -> str:
    return f"{aspect} of {side}" if terms(aspect) else side
