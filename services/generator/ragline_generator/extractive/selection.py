"""Selects the units of an extractive answer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from ragline_generator.extractive.definitions import DEFINING
from ragline_generator.extractive.expectations import ANY, AnswerForm, is_instruction
from ragline_generator.extractive.grammars import is_grammar
from ragline_generator.extractive.logs import is_log
from ragline_generator.extractive.openings import points_back
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.signatures import is_signature
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
# A sentence without the one that it needs
_DANGLING_SHARE = 0.7
# A reader looks for the answer in such a sentence as in a page
_LONG_CHARS = 300
_LONG_SHARE = 0.7
# A further unit with no other words of the question than those before it says little more
_REPEATED_SHARE = 0.75
# Where the best unit has the form of an answer, one without it has to come near in score
_UNFIT_FLOOR = 0.8
# An instruction whose example is in the next chunk
_UNFOLLOWED_SHARE = 0.9
_ENOUGH_CHARS = 60
# What a program wrote at some time shows what a sentence says
_RECORDED_SHARE = 0.7
# Characters between two sentences, or lines, that follow each other
_NEXT = 2


@dataclass(frozen=True, slots=True)
class Selection:
    """Units of passage number `index`, in order of the text; `worth` is that of the best."""

    index: int
    units: tuple[Ranked, ...]
    worth: float = 0.0


def best_units(
    ranked: Sequence[Sequence[Ranked]],
    *,
    most: int,
    floor: float,
    form: AnswerForm = ANY,
) -> list[Selection]:
    """Choose at most `most` units scoring at least `floor` of the best, with their context.

    The selection with the best unit comes first;
    near-duplicates are left out. If no unit shares a word with the question (another language,
    other words), the beginning of the first passage is chosen.
    """
    worth = {id(r): value for units in ranked for r, value in _worths(units, form.factor)}
    quotable = (r for units in ranked for r in units if r.unit.kind in _QUOTABLE)
    repeated = _REPEATED_SHARE * max(worth.values(), default=0.0)
    chosen: list[Ranked] = []
    unfit = floor
    for candidate in sorted(quotable, key=lambda r: -worth[id(r)]):
        fits = form.factor(candidate.text) > 1 and unfit < math.inf
        share = floor if fits or _goes_on(candidate, chosen) else unfit
        least = max(share * worth[id(chosen[0])], _LEAST) if chosen else 0.0
        if len(chosen) == most:
            break
        if worth[id(candidate)] < least:
            continue
        if any(_same(candidate, other) or _lesser(candidate, other) for other in chosen):
            continue
        if not chosen or worth[id(candidate)] >= repeated or _adds(candidate, chosen):
            chosen.append(candidate)
            if form.exact and len(chosen) == 1:
                unfit = _unfit_floor(form.factor(candidate.text), floor)
    best = {r.index: worth[id(r)] for r in reversed(chosen)}
    order = dict.fromkeys(r.index for r in chosen)
    return [
        Selection(
            index, _completed(ranked[index], [r for r in chosen if r.index == index]), best[index]
        )
        for index in order
    ]


def says_enough(announcement: str) -> bool:
    """Tell whether a line that announces something is an instruction without it, too."""
    return len(announcement) >= _ENOUGH_CHARS and is_instruction(announcement)


def _unfit_floor(fits: float, floor: float) -> float:
    """Return the floor for a unit without the form of the best one; nothing reaches a definition.

    `fits` is the factor of the best.
    """
    if fits >= DEFINING:
        return math.inf
    return _UNFIT_FLOOR if fits > 1 else floor


def _worths(units: Sequence[Ranked], fit: Callable[[str], float]) -> Iterator[tuple[Ranked, float]]:
    """Yield each unit with its score; a line that introduces a command gets the command's score.

    A question of the text (of a list of questions and answers) answers nothing, and neither does a
    title: what follows gets its score. Some units get less: a sentence that starts in lower case
    was cut by its chunk's boundary, a line that introduces the content of the next chunk says
    nothing, an item that is only a link says little, a very long sentence says much besides, and a
    sentence is hard to understand without the one that it points back to.
    """
    asked, before = 0.0, None
    for each, after in zip_longest(units, units[1:]):
        fits = fit(each.text)
        worth = max(each.score, asked) * (_FRAGMENT_SHARE if _is_fragment(each) else 1.0)
        worth *= _LONG_SHARE if _is_long(each) else 1.0
        if _leans(each) and (before is None or not _can_lead(before)):
            worth *= _DANGLING_SHARE
        before = each
        asked = 0.0
        if each.text.endswith(":"):
            announced = after.score if after is not None and _is_command(after) else 0.0
            worth = max(worth, announced)
            if after is None:
                worth *= _UNFOLLOWED_SHARE if fits > 1 and says_enough(each.text) else 0.0
            worth *= _RECORDED_SHARE if after is not None and _is_record(after) else 1.0
        elif after is not None and (_is_question(each) or _only_names(each)):
            worth, asked = 0.0, worth
        elif is_grammar(each.text):
            worth = 0.0
        yield each, worth * (min(1.0, fits) if _is_fragment(each) else fits)


def _only_names(candidate: Ranked) -> bool:
    """Whether a unit is a title that only names what is below; one with a number may say more."""
    return candidate.is_title and (candidate.named or not _DIGIT.search(candidate.text))


def _is_command(candidate: Ranked) -> bool:
    """Whether a unit is short code; longer code contains the words of many questions."""
    short = candidate.text.count("\n") <= _COMMAND_LINES
    return candidate.unit.kind is LineKind.CODE and short and not is_log(candidate.text)


def _is_record(candidate: Ranked) -> bool:
    return candidate.unit.kind is LineKind.CODE and is_log(candidate.text)


def _is_long(candidate: Ranked) -> bool:
    listed = candidate.unit.kind in (LineKind.PROSE, LineKind.ITEM, LineKind.STEP)
    return listed and len(candidate.text) > _LONG_CHARS


def _is_fragment(candidate: Ranked) -> bool:
    if candidate.unit.kind is LineKind.PROSE:
        cut = candidate.unit.start == 0 or not candidate.text.endswith(_SENTENCE_ENDS)
        return candidate.text[:1].islower() and cut
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
        wanted.update(_named_title(units, at), _introduction(units, at), _signature(units, at))
    kept: list[Ranked] = []
    for at in sorted(wanted):
        if units[at].unit.kind is not LineKind.PROSE or not any(_same(units[at], k) for k in kept):
            kept.append(units[at])
    return tuple(kept)


def _introduction(units: Sequence[Ranked], at: int) -> Sequence[int]:
    """Return the index of the line that introduces the list of the item at `at`, if any."""
    if units[at].unit.kind is not LineKind.ITEM:
        return ()
    while at and units[at].unit.kind is LineKind.ITEM:
        at -= 1
    introduces = units[at].text.endswith(":") and not _leans(units[at])
    return (at,) if introduces and units[at].unit.kind is LineKind.PROSE else ()


def _signature(units: Sequence[Ranked], at: int) -> Sequence[int]:
    """Return the index of the signature whose description contains the unit at `at`, if any."""
    return [
        n for n in range(at) if units[n].unit == units[at].title and is_signature(units[n].text)
    ]


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
    return candidate.unit.kind is LineKind.PROSE and points_back(candidate.text)


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


def _adds(candidate: Ranked, chosen: Sequence[Ranked]) -> bool:
    """Whether a unit has a word of the question that none of the chosen has, or announces more.

    A sentence that points back to a chosen one goes on with the question's subject.
    """
    if candidate.text.endswith(":") or (_leans(candidate) and _goes_on(candidate, chosen)):
        return True
    return not candidate.matched <= frozenset[str]().union(*(other.matched for other in chosen))


def _goes_on(candidate: Ranked, chosen: Sequence[Ranked]) -> bool:
    """Whether a unit is the one right behind a chosen one."""
    return any(
        candidate.index == other.index and 0 <= candidate.unit.start - other.unit.end <= _NEXT
        for other in chosen
    )


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
