"""The history of an hour as amounts by field, and the sum of several hours. Pure.

Fields are `answers`, `claims`, `supported`, `cost` and the like, and `kind:value` for mixes:
`status:refused`, `intent:factual`, `plan:default`, `degradation:llm_skipped`, `score:19`,
`thumbs:up`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ragline.contracts.answers import ClaimSupport, QueryAnswered
from ragline_monitor.amounts import amount
from ragline_monitor.ports import About, Tally

SCORE_BINS = 20
_HOUR_S = 3_600


def hour_of(instant: datetime) -> int:
    """Return an instant's hour, as the number of hours since 1970 in UTC."""
    return int(instant.timestamp() // _HOUR_S)


def score_bin(score: float) -> int:
    """Return the index of the bin of a score: [0, 1] is divided into `SCORE_BINS` equal bins."""
    return min(max(int(score * SCORE_BINS), 0), SCORE_BINS - 1)


def tally_of(answer: QueryAnswered, about: About, *, degradations: Iterable[str]) -> Tally:
    """Return the amounts that one answer adds to its hour."""
    claims = answer.validation.claims if answer.validation is not None else ()
    tally: dict[str, float] = {
        "answers": 1,
        f"status:{answer.status}": 1,
        f"intent:{about.intent}": 1,
        f"plan:{about.plan}": 1,
        "cached": 1 if answer.cached else 0,
        "claims": len(claims),
        "supported": sum(claim.support is ClaimSupport.SUPPORTED for claim in claims),
        "cost": amount(answer.usage.cost),
        "prompt_tokens": amount(answer.usage.prompt_tokens),
        "completion_tokens": amount(answer.usage.completion_tokens),
        **{f"degradation:{kind}": 1 for kind in degradations},
    }
    if answer.top_score is not None and math.isfinite(answer.top_score):
        tally[f"score:{score_bin(answer.top_score)}"] = 1
    return {field: added for field, added in tally.items() if added}


def thumbs_of(rating: str, about: About) -> Tally:
    """Return the amounts that a rating of an answer adds to its hour."""
    return {f"thumbs:{rating}": 1, f"thumbs:{rating}:{about.intent}": 1}


@dataclass(frozen=True, slots=True)
class HistoryWindow:
    """The sum of the amounts of several hours."""

    amounts: Mapping[str, float]

    @classmethod
    def of(cls, hours: Iterable[Tally]) -> HistoryWindow:
        """Return the sum of `hours`."""
        total: Counter[str] = Counter()
        for hour in hours:
            total.update(hour)
        return cls(dict(total))

    def mix(self, kind: str) -> dict[str, float]:
        """Return the amounts of one kind by value: for `intent`, the number of `factual` etc."""
        prefix = f"{kind}:"
        return {
            field.removeprefix(prefix): added
            for field, added in self.amounts.items()
            if field.startswith(prefix)
        }
