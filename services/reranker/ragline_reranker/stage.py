"""The reranker: candidates in, the best few passages out."""

from __future__ import annotations

from collections.abc import Sequence

from ragline.clock import Clock
from ragline.contracts import bounds
from ragline.contracts.answers import Degradation
from ragline.contracts.queries import (
    Candidate,
    CandidatesRanked,
    CandidatesRetrieved,
    Passage,
)
from ragline.contracts.size import best_within
from ragline.ladder import Ladder, Rung
from ragline.ports.models import CrossEncoder
from ragline_reranker.blend import blend
from ragline_reranker.pace import Pace
from ragline_reranker.reader import Reader, Reading

# Share of the remaining time; generation needs most of it
_DEADLINE_SHARE = 0.3


class RerankerStage:
    """Scores the best candidates against the question and puts them in their final order.

    Args:
        cross_encoder: the model; without one the fused order is kept and reported as degraded.
        clock: the current instant, aware.
        ladder: which steps to skip when time is short.
        pace: the model's time per passage, if the start-up measured it.
        most_bytes: of the passages together, as JSON; the best are passed on.
    """

    def __init__(
        self,
        *,
        cross_encoder: CrossEncoder | None,
        clock: Clock,
        ladder: Ladder,
        pace: Pace | None = None,
        most_bytes: int = bounds.CANDIDATES_BYTES,
    ) -> None:
        self._clock = clock
        self._ladder = ladder
        self._most_bytes = most_bytes
        self._reader = Reader(cross_encoder=cross_encoder, clock=clock, pace=pace or Pace())

    async def __call__(self, event: CandidatesRetrieved) -> CandidatesRanked:
        """Return `event` with its passages, best first.

        It never fails: without a model, without enough time or after a model error the passages
        keep the fused order, and `degradations` says so.
        """
        event = self._ladder.fit(event, now=self._clock(), rungs={Rung.LESS_RERANK, Rung.NO_RERANK})
        depth = event.plan.rerank_depth if event.plan.reranks else 0
        reading = await self._reader.read(
            event.standalone_text, event.candidates[:depth], seconds=self._time(event)
        )
        chosen = _passages(event, reading)[: event.options.top_k or event.plan.passages]
        passages = best_within(chosen, most_bytes=self._most_bytes)
        skipped = (
            *((reading.degradation,) if reading.degradation else ()),
            *((Degradation.CANDIDATES,) if len(passages) < len(chosen) else ()),
        )
        return event.grown(
            CandidatesRanked,
            passages=passages,
            rerank_model=self._reader.model_id if reading.relevances else None,
            degradations=tuple(dict.fromkeys((*event.degradations, *skipped))),
        )

    def _time(self, event: CandidatesRetrieved) -> float | None:
        if event.deadline is None:
            return None
        return (event.deadline - self._clock()).total_seconds() * _DEADLINE_SHARE


def _passages(event: CandidatesRetrieved, reading: Reading) -> list[Passage]:
    """Order the scored passages by their blended score; the others follow in fused order."""
    count = len(reading.relevances)
    read, unread = event.candidates[:count], event.candidates[count:]
    weight = event.plan.rerank_weight if read else 0.0
    scores = blend(reading.relevances, [c.fused for c in read], weight=weight)
    passages = [
        _passage(candidate, rerank=relevance, score=score)
        for candidate, relevance, score in zip(read, reading.relevances, scores, strict=True)
    ]
    passages.sort(key=lambda p: -p.score)
    return passages + _unread(
        unread, below=passages[-1].score if passages else 1.0, share=1 - weight
    )


def _unread(candidates: Sequence[Candidate], *, below: float, share: float) -> list[Passage]:
    return [
        _passage(candidate, rerank=None, score=min(below, share * candidate.fused))
        for candidate in candidates
    ]


def _passage(candidate: Candidate, *, rerank: float | None, score: float) -> Passage:
    return candidate.grown(Passage, rerank=rerank, score=score)
