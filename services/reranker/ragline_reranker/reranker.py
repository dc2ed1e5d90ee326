"""The order of the passages: what a reranker is given, and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Candidate, CandidatesRetrieved, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPassages:
    """Passages, best first, the reranker that ordered them, and what was left out, if anything."""

    passages: Sequence[Passage]
    ranked_by: str | None = None
    degradation: Degradation | None = None


class Reranker(Protocol):
    """Gives the passages of a question another order.

    It never fails: what cannot be done leaves the order as it is, and `degradation` names it.
    """

    async def rank(self, event: CandidatesRetrieved, ranking: RankedPassages) -> RankedPassages:
        """Return `ranking` in another order; of each passage only `rerank` and `score` change."""
        ...


class Chain:
    """Rerankers one after the other, each on the order of the one before; none keep the order."""

    def __init__(self, *rerankers: Reranker) -> None:
        self._rerankers = rerankers

    async def rank(self, event: CandidatesRetrieved, ranking: RankedPassages) -> RankedPassages:
        """Return the order of the last reranker that could do its work."""
        for reranker in self._rerankers:
            ranking = await reranker.rank(event, ranking)
        return ranking


def as_found(candidates: Sequence[Candidate]) -> RankedPassages:
    """Return the retriever's order: each passage's score is its fused relevance."""
    return RankedPassages(passages=[_passage(candidate) for candidate in candidates])


def rescored(read: Sequence[Passage], unread: Sequence[Passage], *, share: float) -> list[Passage]:
    """Return the passages `read`, best first by their scores, and then the others in their order.

    Args:
        read: with their new scores, in [0, 1].
        unread: with their old scores, of which `share` counts, but at most the least of `read`.
        share: in [0, 1].
    """
    ordered = sorted(read, key=lambda passage: -passage.score)
    below = ordered[-1].score if ordered else 1.0
    return ordered + [
        each.model_copy(update={"score": min(below, share * each.score)}) for each in unread
    ]


def _passage(candidate: Candidate) -> Passage:
    return candidate.grown(Passage, score=candidate.fused)
