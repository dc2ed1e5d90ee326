"""Fusion: the scores of several searches become one relevance in [0, 1] per candidate.

Both methods use only raw scores, so the order in which a search lists equal scores does not matter.
A search that did not run, or has weight zero, is ignored; a search that ran but missed a candidate
contributes 0 to it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Literal, TypeVar

Search = TypeVar("Search", bound=str)
Key = TypeVar("Key", bound=Hashable)
Scores = Mapping[Key, float]
Method = Literal["score", "rrf"]

_RRF_K = 60


def fuse(
    rankings: Mapping[Search, Scores[Key]], weights: Mapping[Search, float], *, method: Method
) -> dict[Key, float]:
    """Return the weighted mean over the searches of each candidate's normalised score.

    Args:
        rankings: raw scores by search and candidate, higher is better.
        weights: importance by search, >= 0; a search without weight is left out.
        method: `score` for `min_max`, `rrf` for `reciprocal_rank`.
    """
    # Sorted, because the last bits of a floating-point sum depend on the order
    counted = {name: weights[name] for name in sorted(rankings) if weights.get(name, 0.0) > 0}
    total = sum(counted.values())
    fused: dict[Key, float] = {}
    for name, weight in counted.items():
        for key, score in _NORMALISED[method](rankings[name]).items():
            fused[key] = fused.get(key, 0.0) + weight / total * score
    return {key: min(score, 1.0) for key, score in fused.items()}


def min_max(scores: Scores[Key]) -> dict[Key, float]:
    """Map scores linearly to [0, 1]: the normalisation for a convex combination.

    Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2022). If all scores
    are equal, or there is only one candidate, each gets 1, because the search did find them.
    """
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    if high <= low:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}


def reciprocal_rank(scores: Scores[Key]) -> dict[Key, float]:
    """Map scores to (k + 1) / (k + rank), k = 60; equal scores share the better rank.

    Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods" (2009), times k + 1 so that the first rank gives 1.
    """
    ranks: dict[float, int] = {}
    for rank, score in enumerate(sorted(scores.values(), reverse=True), start=1):
        ranks.setdefault(score, rank)
    return {key: (_RRF_K + 1) / (_RRF_K + ranks[score]) for key, score in scores.items()}


_NORMALISED: Mapping[Method, Callable[[Scores[Key]], dict[Key, float]]] = {
    "score": min_max,
    "rrf": reciprocal_rank,
}
