"""Confidence intervals and significance of a shadow's figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, ttest_1samp

from ragline_evaluation.retrieval.scoring import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`count` of `of`, with the share's 95 % interval (Wilson); the share is null if `of` is 0."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def share(count: int, of: int) -> Share:
    """Return the share with its confidence interval."""
    if not of:
        return Share(count=count, of=of, share=None, low=None, high=None)
    interval = binomtest(count, of).proportion_ci(confidence_level=0.95, method="wilson")
    low, high = float(interval.low), float(interval.high)
    return Share(count=count, of=of, share=count / of, low=low, high=high)


def sign_test(one_way: int, other_way: int) -> float | None:
    """Return the probability of changes this uneven if both ways are equally likely.

    None without any change. For paired yes-or-no outcomes it is McNemar's exact test (1947).
    """
    if not one_way + other_way:
        return None
    return float(binomtest(one_way, one_way + other_way, 0.5).pvalue)


def mean_difference(live: Sequence[float], shadow: Sequence[float]) -> Difference | None:
    """Return the mean of shadow minus live and its 95 % interval (Student's t); None if empty."""
    if not live:
        return None
    deltas = np.asarray(shadow) - np.asarray(live)
    mean = float(deltas.mean())
    if len(deltas) < 2 or not deltas.std():
        return Difference(mean, mean, mean)
    interval = ttest_1samp(deltas, 0).confidence_interval(0.95)
    return Difference(mean, float(interval.low), float(interval.high))
