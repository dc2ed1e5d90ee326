"""The reranker: candidates in, the best few passages out."""

from __future__ import annotations

from ragline.clock import Clock
from ragline.contracts import bounds
from ragline.contracts.answers import Degradation
from ragline.contracts.queries import CandidatesRanked, CandidatesRetrieved
from ragline.contracts.size import best_within
from ragline.ladder import Ladder, Rung
from ragline_reranker.reranker import Reranker, as_found


class RerankerStage:
    """Puts the candidates in their final order and selects the best.

    Args:
        reranker: gives the order, for plans that rerank.
        clock: the current instant, aware.
        ladder: which steps to skip when time is short; None if skipping them gains no time.
        most_bytes: of the passages together, as JSON; the best are passed on.
    """

    def __init__(
        self,
        *,
        reranker: Reranker,
        clock: Clock,
        ladder: Ladder | None,
        most_bytes: int = bounds.CANDIDATES_BYTES,
    ) -> None:
        self._reranker = reranker
        self._clock = clock
        self._ladder = ladder
        self._most_bytes = most_bytes

    async def __call__(self, event: CandidatesRetrieved) -> CandidatesRanked:
        """Return `event` with its passages, best first.

        It never fails: what cannot be reranked keeps the order that it has, and `degradations` says
        so.
        """
        if self._ladder is not None:
            rungs = {Rung.LESS_RERANK, Rung.NO_RERANK}
            event = self._ladder.fit(event, now=self._clock(), rungs=rungs)
        ranking = as_found(event.candidates)
        if event.plan.reranks and event.candidates:
            ranking = await self._reranker.rank(event, ranking)
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
