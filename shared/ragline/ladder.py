"""The degrade ladder: when time is short, a question skips optional steps, in a fixed order.

First no second look, then a smaller rerank depth, then no reranking, then keyword search only, then
an extractive answer. What counts is the time left for work: the time until the deadline minus the
expected waiting. The classifier applies all rungs to the plan, using the lag of the stages behind
it. Each later stage applies its own rungs again, using the time that is really left.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Plan, SearchKind
from ragline.contracts.queries import QueryClassified

E = TypeVar("E", bound=QueryClassified)

# If fewer than half of the passages are reranked, the fused order is mostly better
_DEPTH_SHARE = 0.5


class Rung(StrEnum):
    """The steps to skip or reduce, in this order."""

    ONE_LOOK = "one_look"
    LESS_RERANK = "less_rerank"
    NO_RERANK = "no_rerank"
    KEYWORD_ONLY = "keyword_only"
    EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """A plan that fits the time, and what was skipped or reduced to get there."""

    plan: Plan
    degradations: tuple[Degradation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Seconds left for work below which each rung is taken."""

    one_look_s: float
    less_rerank_s: float
    no_rerank_s: float
    keyword_only_s: float
    extractive_s: float

    def fit(self, event: E, *, now: datetime, rungs: Collection[Rung]) -> E:
        """Return the event with a plan that fits the time until its deadline."""
        if event.deadline is None:
            return event
        left = (event.deadline - now).total_seconds()
        lowered = self.lower(event.plan, left, rungs, without=event.degradations)
        degradations = dict.fromkeys((*event.degradations, *lowered.degradations))
        return event.model_copy(update={"plan": lowered.plan, "degradations": tuple(degradations)})

    def lower(
        self,
        plan: Plan,
        seconds: float,
        rungs: Collection[Rung] = tuple(Rung),
        *,
        without: Collection[str] = (),
    ) -> Lowered:
        """Apply those of `rungs` whose limits lie above `seconds`.

        Idempotent: `without` names what earlier stages have already skipped.
        """
        lowered = Lowered(plan=plan)
        for rung, below in (
            (Rung.ONE_LOOK, self.one_look_s),
            (Rung.LESS_RERANK, self.less_rerank_s),
            (Rung.NO_RERANK, self.no_rerank_s),
            (Rung.KEYWORD_ONLY, self.keyword_only_s),
            (Rung.EXTRACTIVE, self.extractive_s),
        ):
            if rung in rungs and seconds < below:
                lowered = _take(rung, lowered, without)
        return lowered


def _take(rung: Rung, lowered: Lowered, without: Collection[str]) -> Lowered:
    plan = lowered.plan
    match rung:
        case Rung.ONE_LOOK if plan.hops > 0:
            return _changed(lowered, {"hops": 0}, Degradation.SECOND_LOOK)
        case Rung.LESS_RERANK if plan.reranks and Degradation.RERANK_DEPTH not in without:
            depth = max(1, int(plan.rerank_depth * _DEPTH_SHARE))
            return _changed(lowered, {"rerank_depth": depth}, Degradation.RERANK_DEPTH)
        case Rung.NO_RERANK if plan.reranks:
            return _changed(lowered, {"rerank_depth": 0}, Degradation.RERANK)
        case Rung.KEYWORD_ONLY if plan.weights.get(SearchKind.KEYWORD):
            return _by_keyword(lowered)
        case Rung.EXTRACTIVE:
            # only the generator knows whether it has a model to skip, so it reports that itself
            return _changed(lowered, {"extractive": True})
    return lowered


def _by_keyword(lowered: Lowered) -> Lowered:
    weights = lowered.plan.weights
    keyword = {SearchKind.KEYWORD: weights[SearchKind.KEYWORD]}
    skipped = {
        SearchKind.VECTOR: Degradation.VECTOR,
        SearchKind.METADATA: Degradation.METADATA,
    }
    without = [kind for kind in lowered.plan.searches if kind in skipped]
    return _changed(lowered, {"weights": keyword}, *(skipped[kind] for kind in without))


def _changed(lowered: Lowered, fields: dict[str, object], *without: Degradation) -> Lowered:
    known = [kind for kind in lowered.degradations if not _replaces(kind, without)]
    return Lowered(plan=lowered.plan.model_copy(update=fields), degradations=(*known, *without))


def _replaces(kind: Degradation, without: Collection[Degradation]) -> bool:
    """Whether `kind` need not be reported: a reduced depth is moot if reranking is skipped."""
    return kind is Degradation.RERANK_DEPTH and Degradation.RERANK in without
