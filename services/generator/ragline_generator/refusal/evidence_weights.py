"""What further signs take from the relevance of a question, and how probable an answer then is.

They never add to it: what wording and similarity do not carry, a good title does not make up for.
The figures are data: `weights.toml`, which `ragline eval refusals --weights` makes.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("weights.toml")
# Of a single passage nothing says how far it stands out: what is usual where there is an answer
USUAL_MARGIN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceWeights:
    """What each sign weighs; `titles` and `margin` make up for the `offset` and the others."""

    titles: float
    margin: float
    lacks_name: float
    unknown_name: float
    offset: float

    def taken(
        self, *, titles: float, margin: float | None, lacks_name: bool, unknown_name: bool
    ) -> float:
        """Return what these signs take from the relevance of a question, in [0, 1]."""
        stands_out = USUAL_MARGIN if margin is None else margin
        gained = self.titles * titles + self.margin * stands_out
        lost = self.lacks_name * lacks_name + self.unknown_name * unknown_name + self.offset
        return min(1.0, max(0.0, lost - gained))


@dataclass(frozen=True, slots=True)
class SupportCurve:
    """The probability that an answer is there, by relevance: points between which it is linear.

    Raises:
        ValueError: the points do not rise.
    """

    scores: Sequence[float]
    probabilities: Sequence[float]

    def __post_init__(self) -> None:
        """Check the points."""
        rising = all(a < b for a, b in pairwise(self.scores))
        if not rising or any(a > b for a, b in pairwise(self.probabilities)):
            raise ValueError("scores must rise, and probabilities must not fall")
        if len(self.scores) != len(self.probabilities) or not self.scores:
            raise ValueError("each score needs its probability")

    def __call__(self, score: float) -> float:
        """Return the probability for a score; beyond the ends, that of the end."""
        at = bisect_right(self.scores, score)
        if at == 0:
            return self.probabilities[0]
        if at == len(self.scores):
            return self.probabilities[-1]
        low, high = self.scores[at - 1], self.scores[at]
        share = (score - low) / (high - low)
        return self.probabilities[at - 1] * (1 - share) + self.probabilities[at] * share


@cache
def weights() -> EvidenceWeights:
    """Return the packaged weights."""
    return EvidenceWeights(**_read()["weights"])


@cache
def support_curve() -> SupportCurve:
    """Return the packaged curve."""
    return SupportCurve(**_read()["support"])


def _read() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(_FILE.read_text("utf-8"))
