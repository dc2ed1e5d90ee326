"""How well refusals separate questions without an answer (the positives) from those with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import roc_auc_score

Scores = NDArray[np.float64]

_RESAMPLES = 1_999
_SEED = 20_260_101


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The result of refusing the questions below `threshold`; all shares in [0, 1].

    `refused` is the share of answerable questions refused, `refused_complete` that of questions
    asked with the complete set; precision is 1 if nothing is refused.
    """

    threshold: float
    precision: float
    recall: float
    f1: float
    refused: float
    refused_complete: float = 0.0


@dataclass(frozen=True, slots=True)
class Area:
    """The area under the ROC curve, and its 95 % interval over questions."""

    value: float
    low: float
    high: float


def point(
    threshold: float, hopeless: Scores, answerable: Scores, complete: Scores | None = None
) -> Point:
    """Return the figures of one threshold over scores of each kind."""
    found = decided(hopeless < threshold, answerable < threshold, threshold=threshold)
    if complete is None or not len(complete):
        return found
    return replace(found, refused_complete=float((complete < threshold).mean()))


def decided(
    hopeless: NDArray[np.bool_], answerable: NDArray[np.bool_], *, threshold: float
) -> Point:
    """Return the figures of given decisions; true is a refusal."""
    right, wrong = int(hopeless.sum()), int(answerable.sum())
    precision = right / (right + wrong) if right + wrong else 1.0
    recall = right / len(hopeless) if len(hopeless) else 0.0
    both = precision + recall
    return Point(
        threshold=threshold,
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / both if both else 0.0,
        refused=wrong / len(answerable) if len(answerable) else 0.0,
    )


def curve(hopeless: Scores, answerable: Scores) -> list[Point]:
    """Return one point for each threshold that changes a decision."""
    found = np.unique(np.concatenate([hopeless, answerable]))
    return [point(float(each), hopeless, answerable) for each in (*found, np.nextafter(1.0, 2.0))]


def area(hopeless: Scores, answerable: Scores) -> Area | None:
    """Return how often an answerable question scores above a hopeless one; None without both."""
    if len(hopeless) < 2 or len(answerable) < 2:
        return None
    interval = bootstrap(
        (hopeless, answerable),
        _area,
        n_resamples=_RESAMPLES,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return Area(_area(hopeless, answerable), float(interval.low), float(interval.high))


def _area(hopeless: Sequence[float] | Scores, answerable: Sequence[float] | Scores) -> float:
    truth = np.concatenate([np.zeros(len(hopeless)), np.ones(len(answerable))])
    return float(roc_auc_score(truth, np.concatenate([hopeless, answerable])))
