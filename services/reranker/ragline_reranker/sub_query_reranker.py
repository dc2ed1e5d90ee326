"""Ranks what further looks found among what the first one did.

A passage that answers through another one has few words of the question, so it is compared with the
sub-query that found it. That counts less than what the question itself finds, and a passage that
both found keeps the better of its two scores.
"""

from __future__ import annotations

from ragline.contracts.queries import CandidatesRetrieved, Passage
from ragline_reranker.reranker import RankedPassages
from ragline_reranker.wording_reranker import Terms, WordingReranker

# What a sub-query's best passage counts, beside the question's best one
_SHARE = 0.8


class SubQueryReranker:
    """Lifts passages by the sub-queries that found them.

    Args:
        terms: returns a text's words in their order, stemmed, without stop words.
        wording: scores a passage by the wording of what was searched for.
    """

    def __init__(self, *, terms: Terms, wording: WordingReranker) -> None:
        self._terms = terms
        self._wording = wording

    def rank(self, event: CandidatesRetrieved, ranking: RankedPassages) -> RankedPassages:
        """Return `ranking` with better scores of what `event.hops` found, best first."""
        asked = [self._terms(query) for hop in event.hops for query in hop.queries]
        best = max((passage.score for passage in ranking.passages), default=0.0) or 1.0

        def lifted(passage: Passage) -> Passage:
            if not passage.hop_fused:
                return passage
            found = max(self._wording.score(each, passage, passage.hop_fused) for each in asked)
            return passage.model_copy(
                update={"score": max(passage.score, _SHARE * best * min(found, 1.0))}
            )

        passages = sorted(map(lifted, ranking.passages), key=lambda passage: -passage.score)
        return RankedPassages(
            passages=passages, ranked_by=ranking.ranked_by, degradation=ranking.degradation
        )
