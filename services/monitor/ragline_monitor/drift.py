"""Distance between two samples: the stability index of a mix, a two-proportion test of a rate.

No library: scipy and statsmodels would add a hundred megabytes to the image for two formulas.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from statistics import NormalDist
from typing import NamedTuple, TypeVar

Bin = TypeVar("Bin", bound=Hashable)


def stability_index(a: Mapping[Bin, float], b: Mapping[Bin, float]) -> float:
    """Return the population stability index of two mixes: 0 for equal ones, without upper bound.

    The sum of `(p - q) * ln(p / q)` over the bins (Siddiqi, "Credit Risk Scorecards", 2006; it is
    Jeffreys' divergence). By the usual rule, below 0.1 is no change, below 0.25 a small one, and
    from 0.25 on a large one. Without drift, chance alone makes it about `(bins - 1) * (1/n + 1/m)`
    (Yurdakul, "Statistical Properties of Population Stability Index", 2018).

    Because bins may be empty in one sample, half an observation of the smaller sample is added to
    each share of both, so equal mixes stay equal whatever the samples' sizes.

    Args:
        a: amounts by bin.
        b: amounts by bin.

    Raises:
        ValueError: a sample is empty.
    """
    n, m = math.fsum(a.values()), math.fsum(b.values())
    if n <= 0 or m <= 0:
        raise ValueError("an empty sample has no mix")
    bins = [each for each in a.keys() | b.keys() if a.get(each, 0) + b.get(each, 0) > 0]
    added = 0.5 / min(n, m)
    whole = 1 + added * len(bins)
    shares = (
        ((a.get(each, 0) / n + added) / whole, (b.get(each, 0) / m + added) / whole)
        for each in bins
    )
    return math.fsum((p - q) * math.log(p / q) for p, q in shares)


class Rate(NamedTuple):
    """A number of occurrences out of `of`; `of` is above 0."""

    hits: float
    of: float

    @property
    def value(self) -> float:
        """The rate, in [0, 1]."""
        return self.hits / self.of


def z_score(a: Rate, b: Rate) -> float:
    """Return the number of standard errors by which the rate of `a` exceeds that of `b`.

    The pooled two-proportion test (Fleiss, "Statistical Methods for Rates and Proportions", 2003);
    its square is Pearson's chi-squared of the two-by-two table.
    """
    pooled = (a.hits + b.hits) / (a.of + b.of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / a.of + 1 / b.of))
    return (a.value - b.value) / error if error else 0.0


def critical_z(significance: float) -> float:
    """Return the score that chance exceeds, in either direction, with this probability."""
    return NormalDist().inv_cdf(1 - significance / 2)
