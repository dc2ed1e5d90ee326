"""Fits what the further signs of a question weigh, and how probable an answer is by its relevance.

The weights are those of a grid that find most unanswerable questions at the threshold in force,
while of no set more than a given share of the answerable ones is refused. So few weights are round
numbers, they need no more: with a hundred questions a set, two are 2 %.

The probability is an isotonic regression (Zadrozny and Elkan, "Transforming Classifier Scores into
Accurate Multiclass Probability Estimates", 2002), each set and each kind of question with the same
weight: it holds where half of all questions have an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from ragline_evaluation.refusals.measure import JudgedRefusal, QuestionKind
from ragline_generator.refusal.evidence_weights import (
    USUAL_MARGIN,
    EvidenceWeights,
    SupportCurve,
)
from ragline_generator.refusal.relevance import Relevance

Floats = NDArray[np.float64]

_ANSWERABLE = (QuestionKind.COMPLETE, QuestionKind.ANSWERABLE)
_HOPELESS = (QuestionKind.UNANSWERABLE, QuestionKind.NEIGHBOURS)
_GRID = {
    "titles": (0.0, 0.05, 0.1, 0.15, 0.2, 0.25),
    "margin": (0.0, 0.1, 0.15, 0.2, 0.25, 0.3),
    "lacks_name": (0.0, 0.05, 0.1, 0.15),
    "unknown_name": (0.0, 0.03, 0.06, 0.09, 0.12),
}
_OFFSETS = np.arange(0.0, 0.25, 0.005)
_NOTHING = EvidenceWeights(titles=0.0, margin=0.0, lacks_name=0.0, unknown_name=0.0, offset=0.0)
# Above this much less of the probability no step is told apart
_STEP = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSignals:
    """A set's signals: one row per question, answerable ones and those without an answer."""

    answerable: Floats
    hopeless: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What weights that were fitted on the other sets refuse of this one; shares in [0, 1]."""

    dataset: str
    weights: EvidenceWeights
    refused: float
    found: float


def signals(judged: Sequence[JudgedRefusal]) -> SetSignals:
    """Return the signals of a set; questions that reached no generator are left out."""
    return SetSignals(answerable=_rows(judged, _ANSWERABLE), hopeless=_rows(judged, _HOPELESS))


def _rows(judged: Sequence[JudgedRefusal], kinds: Sequence[QuestionKind]) -> Floats:
    rows = [_row(each.relevance) for each in judged if each.relevance and each.kind in kinds]
    return np.array(rows, dtype=float).reshape(len(rows), 7)


def _row(relevance: Relevance) -> list[float]:
    return [
        relevance.mean,
        relevance.least,
        float(relevance.asking),
        relevance.titles,
        USUAL_MARGIN if relevance.margin is None else relevance.margin,
        float(relevance.lacks_name),
        float(relevance.unknown_name),
    ]


def scores(rows: Floats, weights: EvidenceWeights) -> Floats:
    """Return the relevance scores of `rows` by these weights, as `Relevance.score` has them."""
    mean, least, asking, titles, margin, lacks_name, unknown_name = rows.T
    gained = weights.titles * titles + weights.margin * margin
    lost = weights.lacks_name * lacks_name + weights.unknown_name * unknown_name + weights.offset
    taken = asking * np.clip(lost - gained, 0.0, 1.0)
    found: Floats = np.clip(np.maximum(mean - taken, least), 0.0, 1.0)
    return found


def fit(sets: Sequence[SetSignals], *, threshold: float, at_most: float) -> EvidenceWeights:
    """Return the weights of the grid that find most, refusing `at_most` of each set wrongly.

    Of a set of which wording alone refuses more, no more than that. Of several weights that find as
    much, the smallest.
    """
    limits = [max(at_most, _share(each.answerable, _NOTHING, threshold)) for each in sets]
    best, found = _NOTHING, -1.0
    for values in product(*_GRID.values()):
        named = dict(zip(_GRID, values, strict=True))
        for offset in _OFFSETS[::-1]:
            weights = EvidenceWeights(**named, offset=round(float(offset), 3))
            refused = [_share(each.answerable, weights, threshold) for each in sets]
            if any(share > limit for share, limit in zip(refused, limits, strict=True)):
                continue
            share = float(np.mean([_share(each.hopeless, weights, threshold) for each in sets]))
            if share > found + 1e-9:
                best, found = weights, share
            break  # a smaller offset refuses less of both
    return best


def left_out(sets: Mapping[str, SetSignals], *, threshold: float, at_most: float) -> list[LeftOut]:
    """Return for each set what weights fitted on all others refuse of it; nothing for one set."""
    found = []
    for name, own in sets.items():
        others = [each for other, each in sets.items() if other != name]
        if not others:
            continue
        weights = fit(others, threshold=threshold, at_most=at_most)
        found.append(
            LeftOut(
                dataset=name,
                weights=weights,
                refused=_share(own.answerable, weights, threshold),
                found=_share(own.hopeless, weights, threshold),
            )
        )
    return found


def _share(rows: Floats, weights: EvidenceWeights, threshold: float) -> float:
    return float((scores(rows, weights) < threshold).mean()) if len(rows) else 0.0


def support_curve(sets: Sequence[SetSignals], weights: EvidenceWeights) -> SupportCurve:
    """Return the probability of an answer by score, isotonic, as few points."""
    values, truth, shares = [], [], []
    for each in sets:
        for rows, answerable in ((each.answerable, 1.0), (each.hopeless, 0.0)):
            values.append(scores(rows, weights))
            truth.append(np.full(len(rows), answerable))
            shares.append(np.full(len(rows), 1 / max(1, len(rows))))
    regression = IsotonicRegression(y_min=0.01, y_max=0.99)
    regression.fit(
        np.concatenate(values), np.concatenate(truth), sample_weight=np.concatenate(shares)
    )
    return _few_points(regression.X_thresholds_, regression.y_thresholds_)


def _few_points(at: Floats, probability: Floats) -> SupportCurve:
    """Keep the middle of each step of the regression."""
    points: list[tuple[float, float]] = []
    for value in np.unique(probability):
        middle = round(float(at[probability == value].mean()), 3)
        rounded = round(float(value), 2)
        if not points or (middle > points[-1][0] and rounded >= points[-1][1] + _STEP):
            points.append((middle, rounded))
    return SupportCurve([x for x, _ in points], [y for _, y in points])


def as_toml(weights: EvidenceWeights, curve: SupportCurve, *, made: str) -> str:
    """Return the file that the generator reads; `made` says how, in one line."""
    lines = [f"# {made}", "", "[weights]"]
    lines += [f"{name} = {value:g}" for name, value in asdict(weights).items()]
    lines += ["", "[support]", f"scores = {list(curve.scores)}"]
    lines += [f"probabilities = {list(curve.probabilities)}", ""]
    return "\n".join(lines)
