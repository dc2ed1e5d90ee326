"""Selects the fused candidates to pass on. Every function takes and returns them best first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter

from ragline.contracts.queries import Candidate
from ragline_retriever.merge import best_first

# Age removes at most half, so that an old document that alone has the answer stays in reach
_LEAST_FRESHNESS = 0.5
_SECONDS_PER_DAY = 86_400


def weigh_recency(
    candidates: Sequence[Candidate], *, now: datetime, half_life_days: float | None
) -> list[Candidate]:
    """Lower the fused relevance with age; without a half-life nothing changes.

    The factor falls from 1 towards 0.5 and is 0.75 after `half_life_days`. A document without a
    date counts as one half-life old, one dated in the future as new.
    """
    if half_life_days is None:
        return list(candidates)
    return best_first(
        c.model_copy(update={"fused": c.fused * _freshness(c.updated_at, now, half_life_days)})
        for c in candidates
    )


def cap_per_document(
    candidates: Iterable[Candidate], *, cap: int, at_least: int, most: int
) -> list[Candidate]:
    """Keep the best `most` of at most `cap` candidates per document, and read no more than that.

    If fewer than `at_least` would be left, the best of the others are added, because a question
    about one document needs its passages.
    """
    within: list[tuple[int, Candidate]] = []
    beyond: list[tuple[int, Candidate]] = []
    seen: Counter[str] = Counter()
    for place, candidate in enumerate(candidates):
        seen[candidate.document_id] += 1
        (within if seen[candidate.document_id] <= cap else beyond).append((place, candidate))
        if len(within) >= max(most, at_least):
            break
    missing = max(0, at_least - len(within))
    kept = sorted(within + beyond[:missing], key=itemgetter(0))
    return [candidate for _, candidate in kept[:most]]


def _freshness(updated_at: datetime | None, now: datetime, half_life_days: float) -> float:
    half_lives = 1.0
    if updated_at is not None:
        age_days = (now - updated_at).total_seconds() / _SECONDS_PER_DAY
        half_lives = max(0.0, age_days) / half_life_days
    return _LEAST_FRESHNESS + (1 - _LEAST_FRESHNESS) * math.exp2(-half_lives)
