"""Selection: which of the fused candidates go on. Every function expects and gives best first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from ragline.contracts.queries import Candidate
from ragline_retriever.merge import best_first

# An old document that alone has the answer must stay in reach: age takes away at most half
_LEAST_FRESHNESS = 0.5
_SECONDS_PER_DAY = 86_400


def weigh_recency(
    candidates: Sequence[Candidate], *, now: datetime, half_life_days: float | None
) -> list[Candidate]:
    """Lower the fused relevance with age; without a half-life nothing changes.

    The factor falls from 1 to 0.5 and is half-way after `half_life_days`. A document without a
    date counts as one half-life old, one from the future as new.
    """
    if half_life_days is None:
        return list(candidates)
    return best_first(
        c.model_copy(update={"fused": c.fused * _freshness(c.updated_at, now, half_life_days)})
        for c in candidates
    )


def cap_per_document(
    candidates: Sequence[Candidate], *, cap: int, at_least: int
) -> list[Candidate]:
    """Keep at most `cap` candidates a document, unless fewer than `at_least` would be left.

    Then the best of the others fill up: a question about one document gets its passages from it.
    """
    within: list[int] = []
    beyond: list[int] = []
    seen: Counter[str] = Counter()
    for place, candidate in enumerate(candidates):
        seen[candidate.document_id] += 1
        (within if seen[candidate.document_id] <= cap else beyond).append(place)
    missing = max(0, at_least - len(within))
    return [candidates[place] for place in sorted(within + beyond[:missing])]


def _freshness(updated_at: datetime | None, now: datetime, half_life_days: float) -> float:
    half_lives = 1.0
    if updated_at is not None:
        age_days = (now - updated_at).total_seconds() / _SECONDS_PER_DAY
        half_lives = max(0.0, age_days) / half_life_days
    return _LEAST_FRESHNESS + (1 - _LEAST_FRESHNESS) * math.exp2(-half_lives)
