"""The one step of a list that a question asks for by its place: step 4, or what follows another.

A step that is only named in the question is no answer to what comes after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragline.questions.terms import terms
from ragline_generator.extractive.selection import Selection
from ragline_generator.extractive.steps import step_lists
from ragline_generator.passages import readable
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.units import LineKind

_WHAT = re.compile(
    r"\W*+(?:(?:and|then)\s++)?(?:what|which|was|welche\w*+|que|qué|quelle?+)\b", re.IGNORECASE
)
# The word before the known step, and how far the wanted one is from it
_NEIGHBOURS = (
    (
        re.compile(
            r"\b(?:after|following|follows|comes\s++next\s++after|once|as\s++soon\s++as|nach|nachdem"
            r"|après|después\s++de)\b",
            re.IGNORECASE,
        ),
        1,
    ),
    (
        re.compile(
            r"\b(?:before|prior\s++to|ahead\s++of|bevor|vor|avant|antes\s++de)\b", re.IGNORECASE
        ),
        -1,
    ),
)
# `What is the fee after the trial?` asks for no step
_DOING = re.compile(
    r"\b(?:do|done|does|doing|next|step|steps|happens?|comes?|follows?|must|should|have\s++to"
    r"|has\s++to|need\s++to|tun|getan|schritt|passiert|kommt|folgt|muss|soll)\b",
    re.IGNORECASE,
)
_ORDINALS = {
    word: place
    for place, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"), 1
    )
}
_COUNTED = {
    word: place
    for place, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
}
_STEP = re.compile(
    r"\b(?:step|schritt)\s++(?:no\.?\s++|number\s++)?(?P<number>\d{1,2}\b(?!\.\d)|"
    + "|".join(_COUNTED)
    + r")\b"
    r"|\b(?P<ordinal>" + "|".join(_ORDINALS) + r"|last|final)\s+step\b",
    re.IGNORECASE,
)
_SAYS_SO = re.compile(r"\b(?:after|once|before|then|nach(?:dem)?|bevor|vor)\b", re.IGNORECASE)
_LAST = -1
_SURE = 0.6


@dataclass(frozen=True, slots=True)
class _Asked:
    """A step by its number (`_LAST` for the last), or by its distance from the step `known`."""

    number: int = 0
    known: frozenset[str] = frozenset()
    distance: int = 0


def placed_step(
    question: str, candidates: Sequence[Sequence[Ranked]], continued: Mapping[int, int]
) -> list[Selection] | None:
    """Return the step that `question` asks for by its place; None if it asks for none.

    Empty if the list of steps is known and has no such step. `candidates` are the units that may
    answer, passage by passage; `continued` says which passage goes on in which.
    """
    asked = _asked(question)
    if asked is None:
        return None
    lists = [run for units in candidates for run in step_lists(units)]
    return _numbered(asked, lists, continued) if asked.number else _beside(asked, lists, candidates)


def _asked(question: str) -> _Asked | None:
    if found := _STEP.search(question):
        word = (found["number"] or found["ordinal"]).casefold()
        if word in ("last", "final"):
            return _Asked(number=_LAST)
        return _Asked(number=_COUNTED.get(word) or _ORDINALS.get(word) or int(word))
    if not _DOING.search(question):
        return None
    for pattern, distance in _NEIGHBOURS:
        match = pattern.search(question)
        known = terms(_known(question, match)) if match else frozenset()
        if known:
            return _Asked(known=known, distance=distance)
    return None


def _known(question: str, word: re.Match[str]) -> str:
    """Return the step known: what follows the `word`, up to a comma if the question comes then."""
    rest = question[word.end() :].partition("?")[0]
    if not question[: word.start()].strip():
        known, _, asks = rest.partition(",")
        return known if _WHAT.match(asks) else ""
    return rest if _WHAT.match(question) else ""


def _numbered(
    asked: _Asked, lists: Sequence[Sequence[Ranked]], continued: Mapping[int, int]
) -> list[Selection] | None:
    run = max(lists, key=_score, default=None)
    if run is None or _score(run) <= 0:
        return None
    found = _steps(run)
    numbers = [readable.step_number(step.text) for step in found]
    whole = run[-1].index not in continued
    if asked.number == _LAST:
        return [_selection(found[-1])] if whole else None
    if None in numbers:
        numbers = list(range(1, len(found) + 1))
    if asked.number in numbers:
        return [_selection(found[numbers.index(asked.number)])]
    return [] if whole and numbers[0] == 1 else None


def _beside(
    asked: _Asked, lists: Sequence[Sequence[Ranked]], candidates: Sequence[Sequence[Ranked]]
) -> list[Selection] | None:
    best, place, run = max(
        _matches(asked.known, lists), key=lambda match: match[0], default=(0.0, 0, ())
    )
    if best < _SURE or best <= _stated(asked.known, candidates):
        return None
    at = place + asked.distance
    return [_selection(run[at])] if 0 <= at < len(run) else []


def _matches(
    known: frozenset[str], lists: Sequence[Sequence[Ranked]]
) -> Iterator[tuple[float, int, Sequence[Ranked]]]:
    """Yield each step's share of the words `known`, its place, and the steps of its list."""
    for run in lists:
        steps = _steps(run)
        for place, step in enumerate(steps):
            yield len(known & step.terms) / len(known), place, steps


def _stated(known: frozenset[str], candidates: Sequence[Sequence[Ranked]]) -> float:
    """Return how much of `known` a sentence has that itself says what comes before or after."""
    shares = (
        len(known & each.terms) / len(known)
        for units in candidates
        for each in units
        if each.unit.kind in (LineKind.PROSE, LineKind.ITEM) and _SAYS_SO.search(each.text)
        if not each.text.endswith(":")
    )
    return max(shares, default=0.0)


def _steps(run: Sequence[Ranked]) -> list[Ranked]:
    return [each for each in run if each.unit.kind is LineKind.STEP]


def _score(run: Sequence[Ranked]) -> float:
    return max(each.score for each in run)


def _selection(step: Ranked) -> Selection:
    return Selection(step.index, (step,))
