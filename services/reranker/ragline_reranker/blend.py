"""Blends the cross-encoder's relevance and the fused relevance into the final score.

Linear interpolation after min-max normalisation over the reranked passages (compare Wang, Zhuang,
Zuccon, "BERT-based Dense Retrievers Require Interpolation with BM25", 2021). Relevances are
compared as log-odds, because the logistic function that bounds them moves all good passages close
to 1 and all bad ones close to 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

# In log-odds; a smaller spread is noise and must not be stretched to the whole range
_LEAST_SPREAD = 1.0
_EPSILON = 1e-9


def blend(relevances: Sequence[float], fused: Sequence[float], *, weight: float) -> list[float]:
    """Return `weight` x relevance + (1 - `weight`) x fused, both normalised, in [0, 1].

    Args:
        relevances: the cross-encoder's, in [0, 1].
        fused: the retriever's, of the same passages.
        weight: the cross-encoder's share, in [0, 1].
    """
    read = _normalise([_log_odds(relevance) for relevance in relevances], least=_LEAST_SPREAD)
    found = _normalise(fused)
    return [weight * a + (1 - weight) * b for a, b in zip(read, found, strict=True)]


def _normalise(values: Sequence[float], *, least: float = 0.0) -> list[float]:
    """Map the best to 1 and the worst to 0, or above 0 if they differ by less than `least`."""
    best = max(values, default=0.0)
    spread = max(best - min(values, default=0.0), least)
    return [1 - (best - value) / spread if spread else 1.0 for value in values]


def _log_odds(relevance: float) -> float:
    bounded = min(max(relevance, _EPSILON), 1 - _EPSILON)
    return math.log(bounded / (1 - bounded))
