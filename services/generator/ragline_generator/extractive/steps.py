"""Selects the list of steps that answers a procedural question, across passages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ragline_generator.extractive.selection import Selection
from ragline_generator.passages import readable
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.units import LineKind

_STEPS_FROM = 2
_STEPS_FLOOR = 0.6
_BETWEEN_STEPS_AT_MOST = 3


def best_steps(
    candidates: Sequence[Sequence[Ranked]],
    ranked: Sequence[Sequence[Ranked]],
    continued: Mapping[int, int],
) -> list[Selection]:
    """Return the best complete list of steps with the line before it, if it fits the question.

    The list fits when it scores nearly as well as the best unit of the `candidates`. If it
    continues in another passage of `ranked`, as `continued` tells, those steps are included; a list
    whose beginning is missing is not used.
    """
    best = max((r.score for units in candidates for r in units), default=0.0)
    runs = [run for units in candidates for run in step_lists(units) if _has_beginning(run)]
    found = max(runs, key=_run_score, default=None)
    if found is None or best <= 0 or _run_score(found) < _STEPS_FLOOR * best:
        return []
    return [Selection(found[0].index, found), *_rest(found, ranked, continued)]


def _has_beginning(run: Sequence[Ranked]) -> bool:
    return _numbers(run)[0] in (1, None)


def _rest(
    run: Sequence[Ranked], ranked: Sequence[Sequence[Ranked]], continued: Mapping[int, int]
) -> Iterator[Selection]:
    """Yield the steps that follow in the next passages, as long as their numbers continue."""
    while run[-1] is ranked[run[0].index][-1] and run[0].index in continued:
        units = ranked[continued[run[0].index]]
        last, count = _numbers(run)[-1], _run_end(units, 0)
        following = tuple(units[:count])
        if not following or last is None or _numbers(following)[0] != last + 1:
            return
        run = following
        yield Selection(run[0].index, run)


def _numbers(run: Sequence[Ranked]) -> list[int | None]:
    return [readable.step_number(r.text) for r in run if r.unit.kind is LineKind.STEP]


def _run_score(run: Sequence[Ranked]) -> float:
    return max(r.score for r in run)


def step_lists(units: Sequence[Ranked]) -> Iterator[tuple[Ranked, ...]]:
    """Yield runs of steps, each with the line that introduces it and the units between steps."""
    at = 0
    while at < len(units):
        end = _run_end(units, at)
        if sum(r.unit.kind is LineKind.STEP for r in units[at:end]) >= _STEPS_FROM:
            lead = units[at - 1 : at] if at and units[at - 1].unit.kind is LineKind.PROSE else ()
            yield (*lead, *units[at:end])
        at = max(end, at + 1)


def _run_end(units: Sequence[Ranked], at: int) -> int:
    """Return the end of the run of steps that begins at `at`, or `at` if none begins there."""
    end, gap = at, 0
    for position in range(at, len(units)):
        kind = units[position].unit.kind
        if kind is LineKind.STEP:
            end, gap = position + 1, 0
        elif end == at or kind is LineKind.HEADING or gap == _BETWEEN_STEPS_AT_MOST:
            break
        else:
            gap += 1
    return end
