"""Selects the units of an extractive answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.units import LineKind

_QUOTABLE = (LineKind.PROSE, LineKind.ITEM, LineKind.STEP, LineKind.TABLE_ROW)
_FOLLOWERS = (LineKind.ITEM, LineKind.STEP, LineKind.CODE, LineKind.TABLE_HEAD, LineKind.TABLE_ROW)
_FOLLOWERS_AT_MOST = 12
_PROSE_AT_MOST = 2
_SAME = 0.8
_FRAGMENT_SHARE = 0.6
_COMMAND_LINES = 8
_LINK_ALONE = re.compile(r"\s*[-*+•]\s+\[[^\]]+\]\([^)]*\)\W*$")
_DIGIT = re.compile(r"\d")
_LEAST = 0.01
_LINES_AT_MOST = 3
_SENTENCE_ENDS = (".", "!", "?", ":", ";", "…", "。", "！", "？")
# A sentence with such an opening depends on the one before it
_LEANS = re.compile(
    r"(?:it(?!\s+is\s+(?:also\s+|highly\s+)?(?:possible|necessary|recommended|important|best)\b)|its|this|that|these|those|they|such|however|therefore|thus|also|instead|otherwise|"
    r"in (?:this|that|these|such)|for (?:this|that) reason)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Units of passage number `index`, in order of the text."""

    index: int
    units: tuple[Ranked, ...]


def best_units(
    ranked: Sequence[Sequence[Ranked]],
    *,
    most: int,
    floor: float,
    fit: Callable[[str], float] = lambda _: 1.0,
) -> list[Selection]:
    """Choose at most `most` units scoring at least `floor` of the best, with their context.

    `fit` returns a factor for the form of a unit. The selection with the best unit comes first;
    near-duplicates are left out. If no unit shares a word with the question (another language,
    other words), the beginning of the first passage is chosen.
    """
    worth = {id(r): value for units in ranked for r, value in _worths(units, fit)}
    quotable = (r for units in ranked for r in units if r.unit.kind in _QUOTABLE)
    chosen: list[Ranked] = []
    for candidate in sorted(quotable, key=lambda r: -worth[id(r)]):
        least = max(floor * worth[id(chosen[0])], _LEAST) if chosen else 0.0
        if len(chosen) == most or worth[id(candidate)] < least:
            break
        if not any(_same(candidate, other) or _lesser(candidate, other) for other in chosen):
            chosen.append(candidate)
    order = dict.fromkeys(r.index for r in chosen)
    return [
        Selection(index, _completed(ranked[index], [r for r in chosen if r.index == index]))
        for index in order
    ]


def _worths(units: Sequence[Ranked], fit: Callable[[str], float]) -> Iterator[tuple[Ranked, float]]:
    """Yield each unit with its score; a line that introduces a command gets the command's score.

    A question of the text (of a list of questions and answers) answers nothing, and neither does a
    title: what follows gets its score. Some units get less: a sentence that starts in lower case
    was cut by its chunk's boundary, a line that introduces the content of the next chunk says
    nothing, and an item that is only a link says little.
    """
    asked = 0.0
    for each, after in zip_longest(units, units[1:]):
        worth = max(each.score, asked) * (_FRAGMENT_SHARE if _is_fragment(each) else 1.0)
        asked = 0.0
        if each.text.endswith(":"):
            announced = after.score if after is not None and _is_command(after) else 0.0
            worth = 0.0 if after is None else max(worth, announced)
        elif after is not None and (_is_question(each) or _only_names(each)):
            worth, asked = 0.0, worth
        yield each, worth * fit(each.text)


def _only_names(candidate: Ranked) -> bool:
    """Whether a unit is a title that only names what is below; one with a number may say more."""
    return candidate.is_title and (candidate.named or not _DIGIT.search(candidate.text))


def _is_command(candidate: Ranked) -> bool:
    """Whether a unit is short code; longer code contains the words of many questions."""
    return candidate.unit.kind is LineKind.CODE and candidate.text.count("\n") <= _COMMAND_LINES


def _is_fragment(candidate: Ranked) -> bool:
    if candidate.unit.kind is LineKind.PROSE:
        return candidate.text[:1].islower()
    return _LINK_ALONE.match(candidate.text) is not None


def _completed(units: Sequence[Ranked], chosen: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """Add the units that the chosen ones need to be understood, in order of the text."""
    wanted: set[int] = set()
    for candidate in chosen:
        at = units.index(candidate)
        wanted.add(at)
        if at and _needs(candidate, units[at - 1]) and _can_lead(units[at - 1]):
            wanted.add(at - 1)
        wanted.update(_announced(units, at), _table_head(units, at), _further_lines(units, at))
        wanted.update(_named_title(units, at))
    kept: list[Ranked] = []
    for at in sorted(wanted):
        if units[at].unit.kind is not LineKind.PROSE or not any(_same(units[at], k) for k in kept):
            kept.append(units[at])
    return tuple(kept)


def _table_head(units: Sequence[Ranked], at: int) -> Sequence[int]:
    while at and units[at].unit.kind is LineKind.TABLE_ROW:
        at -= 1
    return (at,) if units[at].unit.kind is LineKind.TABLE_HEAD else ()


def _named_title(units: Sequence[Ranked], at: int) -> Sequence[int]:
    """Return the index of the title above the unit at `at`, if the question asks for it."""
    if not units[at].named or units[at].is_title:
        return ()
    return [n for n in range(at) if units[n].unit == units[at].title]


def _further_lines(units: Sequence[Ranked], at: int) -> range:
    """Return the indices of the lines that go on with the unit at `at`, as in opening hours."""
    end = at
    while (
        end + 1 < len(units)
        and end - at < _LINES_AT_MOST
        and units[end].unit.kind is units[end + 1].unit.kind is LineKind.PROSE
        and units[end + 1].unit.start - units[end].unit.end == 1
        and not units[end].text.endswith(_SENTENCE_ENDS)
    ):
        end += 1
    return range(at + 1, end + 1)


def _is_question(candidate: Ranked) -> bool:
    return candidate.unit.kind is LineKind.PROSE and candidate.text.endswith(("?", "？"))


def _needs(candidate: Ranked, before: Ranked) -> bool:
    """Whether a unit cannot be understood without the one before it."""
    return _leans(candidate) or (candidate.unit.kind is LineKind.PROSE and _is_question(before))


def _leans(candidate: Ranked) -> bool:
    return candidate.unit.kind is LineKind.PROSE and _LEANS.match(candidate.text) is not None


def _can_lead(before: Ranked) -> bool:
    return before.unit.kind is LineKind.PROSE and not _is_fragment(before)


def _announced(units: Sequence[Ranked], at: int) -> range:
    """Return the indices of the units, mostly a list, that the unit at `at` introduces."""
    if not units[at].text.endswith(":"):
        return range(0)
    following = units[at + 1 : at + 1 + _FOLLOWERS_AT_MOST]
    count = sum(1 for _ in takewhile(lambda r: r.unit.kind in _FOLLOWERS, following))
    if not count:
        prose = takewhile(lambda r: r.unit.kind is LineKind.PROSE, following[:_PROSE_AT_MOST])
        count = sum(1 for _ in prose)
    return range(at + 1, at + 1 + count)


def _lesser(candidate: Ranked, other: Ranked) -> bool:
    """Whether `other` is about what is asked for, and the candidate only about its like.

    Of the rows of a table, one with fewer of the question's words; of sentences, one that has
    another number in the place of the question's.
    """
    if not candidate.matched < other.matched:
        return False
    lacking = other.matched - candidate.matched
    if candidate.unit.kind is other.unit.kind is LineKind.TABLE_ROW:
        return candidate.index == other.index
    return any(map(_DIGIT.search, lacking)) and _DIGIT.search(candidate.text) is not None


def _same(one: Ranked, other: Ranked) -> bool:
    union = one.terms | other.terms
    return not union or len(one.terms & other.terms) / len(union) >= _SAME
