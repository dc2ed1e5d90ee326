"""Measures of ranked documents, and confidence intervals of differences.

The measures are `ir-measures`' (trec_eval behind it); the intervals are paired bootstraps: Sakai,
"Evaluating Evaluation Metrics based on the Bootstrap" (2006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

from ragline_evaluation.dataset import Judgements

MEASURES = {
    "nDCG@10": ir_measures.nDCG @ 10,
    "recall@5": ir_measures.R @ 5,
    "recall@20": ir_measures.R @ 20,
    "MRR@10": ir_measures.RR @ 10,
}
# Shares of the questions of which all relevant documents are found
WHOLE = {"all@5": ir_measures.R @ 5, "all@10": ir_measures.R @ 10}
# Beside them for few questions with few documents each
AT_TEN = {"recall@10": ir_measures.R @ 10}
MAIN = "nDCG@10"
_RESAMPLES = 9_999
_SEED = 20_260_101

Values = Mapping[str, NDArray[np.float64]]
"""Maps each measure to one value per question, in the order of the questions."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean difference and its 95 % interval."""

    mean: float
    low: float
    high: float


def score(ranked: Mapping[str, Sequence[str]], judgements: Judgements) -> Values:
    """Return the measures of each question of `ranked`; no document found counts as 0."""
    questions = list(ranked)
    wanted = set(questions)
    qrels = [
        ir_measures.Qrel(question, document, relevance)
        for question, judged in judgements.items()
        if question in wanted
        for document, relevance in judged.items()
    ]
    run = [
        # trec_eval uses only the scores and orders equal ones by name
        ir_measures.ScoredDoc(question, document, float(-place))
        for question, documents in ranked.items()
        for place, document in enumerate(documents)
    ]
    at = {question: place for place, question in enumerate(questions)}
    measures = set(MEASURES.values()) | set(WHOLE.values()) | set(AT_TEN.values())
    found = {measure: np.zeros(len(questions)) for measure in measures}
    for each in ir_measures.iter_calc(list(measures), qrels, run):
        found[each.measure][at[each.query_id]] = each.value
    shares = {name: found[measure] for name, measure in (MEASURES | AT_TEN).items()}
    whole = {name: (found[measure] >= 1).astype(float) for name, measure in WHOLE.items()}
    return shares | whole


def difference(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Difference:
    """Return how much better `ours` is than `theirs` on the same questions."""
    deltas = ours - theirs
    mean = float(deltas.mean())
    if len(deltas) < 2 or not deltas.any():
        return Difference(mean, mean, mean)
    interval = bootstrap(
        (deltas,),
        np.mean,
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return Difference(mean, float(interval.low), float(interval.high))
