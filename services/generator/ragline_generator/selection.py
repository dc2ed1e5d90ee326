"""Which units make an extractive answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from ragline_generator.ranking import Ranked
from ragline_generator.units import Kind

_QUOTABLE = (Kind.PROSE, Kind.ITEM, Kind.STEP, Kind.TABLE_ROW)
_FOLLOWERS = (Kind.ITEM, Kind.STEP, Kind.CODE, Kind.TABLE_HEAD, Kind.TABLE_ROW)
_FOLLOWERS_AT_MOST = 12
_PROSE_AT_MOST = 2
_SAME = 0.8
_LEAST = 0.01
_STEPS_FROM = 2
_STEPS_FLOOR = 0.6
_BETWEEN_STEPS_AT_MOST = 3
# A sentence that opens so leans on the one before it
_LEANS = re.compile(
    r"(?:it|its|this|that|these|those|they|such|however|therefore|thus|also|instead|otherwise|"
    r"in (?:this|that|these|such)|for (?:this|that) reason)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Units of passage number `index`, in order of the text."""

    index: int
    units: tuple[Ranked, ...]


def best_sentences(
    ranked: Sequence[Sequence[Ranked]], *, most: int, floor: float
) -> list[Selection]:
    """Choose at most `most` units scoring at least `floor` of the best, and what they lean on.

    Selections come with the best passage first; near-duplicates are left out. Where no unit shares
    a word with the question (another language, other words) the first passage's beginning stands.
    """
    candidates = sorted(
        (r for units in ranked for r in units if r.unit.kind in _QUOTABLE),
        key=lambda r: -r.score,
    )
    chosen: list[Ranked] = []
    for candidate in candidates:
        good = not chosen or candidate.score >= max(floor * chosen[0].score, _LEAST)
        if len(chosen) == most or not good:
            break
        if not any(_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    order = dict.fromkeys(r.index for r in chosen)
    return [
        Selection(index, _completed(ranked[index], [r for r in chosen if r.index == index]))
        for index in order
    ]


def best_steps(ranked: Sequence[Sequence[Ranked]]) -> Selection | None:
    """Return the best complete list of steps with the line before it, if it fits the question.

    It fits when it scores nearly as well as the best unit anywhere.
    """
    best = max((r.score for units in ranked for r in units), default=0.0)
    runs = [run for units in ranked for run in _step_runs(units)]
    found = max(runs, key=_run_score, default=None)
    if found is None or best <= 0 or _run_score(found) < _STEPS_FLOOR * best:
        return None
    return Selection(found[0].index, found)


def _run_score(run: Sequence[Ranked]) -> float:
    return max(r.score for r in run)


def _step_runs(units: Sequence[Ranked]) -> Iterator[tuple[Ranked, ...]]:
    """Yield runs of steps, each with the line that announces it and what lies between steps."""
    at = 0
    while at < len(units):
        end = _run_end(units, at)
        if sum(r.unit.kind is Kind.STEP for r in units[at:end]) >= _STEPS_FROM:
            lead = units[at - 1 : at] if at and units[at - 1].unit.kind is Kind.PROSE else ()
            yield (*lead, *units[at:end])
        at = max(end, at + 1)


def _run_end(units: Sequence[Ranked], at: int) -> int:
    """Return the end of the run of steps that begins at `at`, or `at` when none does."""
    end, gap = at, 0
    for position in range(at, len(units)):
        kind = units[position].unit.kind
        if kind is Kind.STEP:
            end, gap = position + 1, 0
        elif end == at or kind is Kind.HEADING or gap == _BETWEEN_STEPS_AT_MOST:
            break
        else:
            gap += 1
    return end


def _completed(units: Sequence[Ranked], chosen: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """Add what the chosen units cannot be understood without, in order of the text."""
    wanted: set[int] = set()
    for candidate in chosen:
        at = units.index(candidate)
        wanted.add(at)
        if at and _leans(candidate) and units[at - 1].unit.kind is Kind.PROSE:
            wanted.add(at - 1)
        wanted.update(_announced(units, at), _table_head(units, at))
    kept: list[Ranked] = []
    for at in sorted(wanted):
        if units[at].unit.kind is not Kind.PROSE or not any(_same(units[at], k) for k in kept):
            kept.append(units[at])
    return tuple(kept)


def _table_head(units: Sequence[Ranked], at: int) -> Sequence[int]:
    while at and units[at].unit.kind is Kind.TABLE_ROW:
        at -= 1
    return (at,) if units[at].unit.kind is Kind.TABLE_HEAD else ()


def _leans(candidate: Ranked) -> bool:
    return candidate.unit.kind is Kind.PROSE and _LEANS.match(candidate.text) is not None


def _announced(units: Sequence[Ranked], at: int) -> range:
    """Return the positions of what the unit at `at` announces with its colon, a list mostly."""
    if not units[at].text.endswith(":"):
        return range(0)
    following = units[at + 1 : at + 1 + _FOLLOWERS_AT_MOST]
    count = sum(1 for _ in takewhile(lambda r: r.unit.kind in _FOLLOWERS, following))
    if not count:
        prose = takewhile(lambda r: r.unit.kind is Kind.PROSE, following[:_PROSE_AT_MOST])
        count = sum(1 for _ in prose)
    return range(at + 1, at + 1 + count)


def _same(one: Ranked, other: Ranked) -> bool:
    union = one.terms | other.terms
    return not union or len(one.terms & other.terms) / len(union) >= _SAME
