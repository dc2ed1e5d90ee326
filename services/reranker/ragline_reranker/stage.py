"""The reranker: candidates in, the best few passages out, or the question for a further look."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import datetime

from ragline.clock import Clock
from ragline.contracts import bounds
from ragline.contracts.answers import Degradation
from ragline.contracts.hops import Hop
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import (
    CandidatesRanked,
    CandidatesRetrieved,
    EarlierLooks,
    QueryClassified,
)
from ragline.contracts.size import best_within
from ragline.ladder import Ladder, Rung
from ragline_reranker.hop_judge import HopJudge
from ragline_reranker.reranker import RankedPassages, Reranker, as_found
from ragline_reranker.sub_query_reranker import SubQueryReranker


class RerankerStage:
    """Puts the candidates in their final order and selects the best.

    If these do not hold what the question asks, it goes back to the retriever instead, as often as
    its plan and its time allow: each event that comes in makes exactly one that goes out.

    Args:
        reranker: gives the order, for plans that rerank.
        sub_queries: ranks what further looks found.
        judge: says whether another look is needed.
        clock: the current instant, aware.
        ladder: which steps to skip when time is short.
        rungs: those whose skipping gains time here.
        most_bytes: of the passages together, as JSON; the best are passed on.
    """

    def __init__(
        self,
        *,
        reranker: Reranker,
        sub_queries: SubQueryReranker,
        judge: HopJudge,
        clock: Clock,
        ladder: Ladder,
        rungs: Collection[Rung] = (),
        most_bytes: int = bounds.CANDIDATES_BYTES,
    ) -> None:
        self._reranker = reranker
        self._sub_queries = sub_queries
        self._judge = judge
        self._clock = clock
        self._ladder = ladder
        self._rungs = rungs
        self._most_bytes = most_bytes

    async def __call__(self, event: CandidatesRetrieved) -> CandidatesRanked | QueryClassified:
        """Return `event` with its passages, best first, or the question with its next look.

        It never fails: what cannot be reranked keeps the order that it has, and `degradations` says
        so; as it does if there was no time for another look that was needed.
        """
        event = self._ladder.fit(event, now=self._clock(), rungs=self._rungs)
        ranking = as_found(event.candidates)
        if event.plan.reranks and event.candidates:
            ranking = await self._reranker.rank(event, ranking)
        if event.hops:
            ranking = self._sub_queries.rank(event, ranking)
        if _may_look_again(event):
            event, hop = await self._judged(event, ranking)
            if hop is not None:
                return _sent_back(event, hop)
        return self._ranked(event, ranking)

    async def _judged(
        self, event: CandidatesRetrieved, ranking: RankedPassages
    ) -> tuple[CandidatesRetrieved, Hop | None]:
        """Return the next look, if one is needed and there is time, and what that took away."""
        seconds = _left(event, self._clock())
        judgement = await self._judge.judge(
            event.standalone_text, ranking.passages, hops=event.hops, seconds=seconds
        )
        if judgement.degradation is not None:
            skipped = dict.fromkeys((*event.degradations, judgement.degradation))
            event = event.model_copy(update={"degradations": tuple(skipped)})
        if judgement.hop is None:
            return event, None
        event = self._ladder.fit(event, now=self._clock(), rungs={Rung.ONE_LOOK})
        return event, judgement.hop if event.plan.hops else None

    def _ranked(self, event: CandidatesRetrieved, ranking: RankedPassages) -> CandidatesRanked:
        chosen = ranking.passages[: event.options.top_k or event.plan.passages]
        passages = best_within(chosen, most_bytes=self._most_bytes)
        skipped = (
            *((ranking.degradation,) if ranking.degradation else ()),
            *((Degradation.CANDIDATES,) if len(passages) < len(chosen) else ()),
        )
        return event.grown(
            CandidatesRanked,
            passages=passages,
            rerank_model=ranking.ranked_by,
            degradations=tuple(dict.fromkeys((*event.degradations, *skipped))),
        )


def _may_look_again(event: CandidatesRetrieved) -> bool:
    """Tell whether the plan allows another look, which may find more than those before."""
    hops = event.hops
    if len(hops) >= event.plan.hops or (hops and not hops[-1].found):
        return False
    return not _has_all(event)


def _has_all(event: CandidatesRetrieved) -> bool:
    """Tell whether the first look found all that its reader may see: fewer than it had to find.

    A search by meaning stops at a number only, and passages beyond a document's limit fill up.
    """
    by_meaning = event.plan.weights.get(SearchKind.VECTOR, 0) > 0
    if not by_meaning or Degradation.VECTOR in event.degradations:
        return False
    wanted = min(event.options.top_k or event.plan.passages, event.plan.passages)
    return len(event.candidates) < wanted


def _left(event: CandidatesRetrieved, now: datetime) -> float:
    return math.inf if event.deadline is None else (event.deadline - now).total_seconds()


def _sent_back(event: CandidatesRetrieved, hop: Hop) -> QueryClassified:
    earlier = event.grown(EarlierLooks)
    return event.grown(QueryClassified, hops=(*event.hops, hop), earlier=earlier)
