"""Reranks with a cross-encoder, as deep as the time allows."""

from __future__ import annotations

from ragline.clock import Clock
from ragline.contracts.queries import CandidatesRetrieved
from ragline_reranker.blend import blend
from ragline_reranker.reader import Reader
from ragline_reranker.reranker import RankedPassages, rescored

# Share of the remaining time; generation needs most of it
_DEADLINE_SHARE = 0.3


class CrossEncoderReranker:
    """A `Reranker` that blends the cross-encoder's relevance with the score so far.

    Args:
        reader: reads passages with the model.
        clock: the current instant, aware.
    """

    def __init__(self, *, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    async def rank(self, event: CandidatesRetrieved, ranking: RankedPassages) -> RankedPassages:
        """Return `ranking` with the passages that were read first; the others follow as before.

        Without the model, without enough time or after a model error the order stays.
        """
        passages = ranking.passages
        reading = await self._reader.read(
            event.standalone_text, passages[: event.plan.rerank_depth], seconds=self._time(event)
        )
        degradation = reading.degradation or ranking.degradation
        if not (count := len(reading.relevances)):
            return RankedPassages(
                passages=passages, ranked_by=ranking.ranked_by, degradation=degradation
            )
        weight = event.plan.rerank_weight
        first = passages[:count]
        scores = blend(reading.relevances, [p.score for p in first], weight=weight)
        read = [
            passage.model_copy(update={"rerank": relevance, "score": score})
            for passage, relevance, score in zip(first, reading.relevances, scores, strict=True)
        ]
        return RankedPassages(
            passages=rescored(read, passages[count:], share=1 - weight),
            ranked_by=self._reader.model_id,
            degradation=degradation,
        )

    def _time(self, event: CandidatesRetrieved) -> float | None:
        if event.deadline is None:
            return None
        return (event.deadline - self._clock()).total_seconds() * _DEADLINE_SHARE
