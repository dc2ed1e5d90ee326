"""The report of `ragline eval intent`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from ragline.contracts.plan import Intent
from ragline_evaluation.intent.measure import JudgedIntent
from ragline_evaluation.tables import table

_LABELS = [intent.value for intent in Intent]
_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Questions of similar confidence; in a calibrated model, accuracy equals confidence."""

    confidence: float
    accuracy: float
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentReport:
    """`results` holds accuracy and macro-F1 by source, and of `all`.

    `confusion` counts by true (row) and predicted intent, in the order of `labels`.
    `calibration_error` is the expected one: Guo et al., "On Calibration of Modern Neural Networks"
    (2017). `vector_skipped` is the share of questions whose plan has no vector search,
    `vector_skipped_wrongly` the share with such a plan and a wrong intent.
    """

    questions: int
    results: dict[str, dict[str, float]]
    labels: Sequence[str]
    confusion: Sequence[Sequence[int]]
    calibration_error: float
    calibration: Sequence[Bin]
    vector_skipped: float
    vector_skipped_wrongly: float
    plans: dict[str, int]
    p50_ms: float
    p95_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def report(judged: Sequence[JudgedIntent]) -> IntentReport:
    """Compute the figures of at least one judged question."""
    truth = np.array([each.question.intent.value for each in judged])
    said = np.array([each.intent.value for each in judged])
    sources = np.array([each.question.source for each in judged])
    confidence = np.array([each.confidence for each in judged])
    skipped = np.array([each.skips_vector for each in judged])
    milliseconds = np.array([each.seconds for each in judged]) * 1_000
    names, counts = np.unique([each.plan for each in judged], return_counts=True)
    bins = _calibration(confidence, truth == said)
    return IntentReport(
        questions=len(judged),
        results={
            "all": _figures(truth, said),
            **{
                name: _figures(truth[sources == name], said[sources == name])
                for name in sorted(set(sources.tolist()))
            },
        },
        labels=_LABELS,
        confusion=confusion_matrix(truth, said, labels=_LABELS).tolist(),
        calibration_error=sum(
            abs(each.confidence - each.accuracy) * each.questions for each in bins
        )
        / len(judged),
        calibration=bins,
        vector_skipped=float(skipped.mean()),
        vector_skipped_wrongly=float((skipped & (truth != said)).mean()),
        plans=dict(zip(names.tolist(), counts.tolist(), strict=True)),
        p50_ms=float(np.percentile(milliseconds, 50)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def _figures(truth: NDArray[np.str_], said: NDArray[np.str_]) -> dict[str, float]:
    present = sorted(set(truth.tolist()))
    return {
        "accuracy": float(accuracy_score(truth, said)),
        # over the intents of this source: recall is undefined for an intent without questions
        "macro_f1": float(f1_score(truth, said, labels=present, average="macro", zero_division=0)),
        "questions": float(len(truth)),
    }


def _calibration(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Bin]:
    places = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return [
        Bin(
            confidence=float(confidence[places == place].mean()),
            accuracy=float(right[places == place].mean()),
            questions=int((places == place).sum()),
        )
        for place in range(_BINS)
        if (places == place).any()
    ]


def markdown(report: IntentReport) -> str:
    """Return the report as Markdown tables."""
    results = [["source", "questions", "accuracy", "macro-F1"]] + [
        [name, f"{row['questions']:.0f}", f"{row['accuracy']:.3f}", f"{row['macro_f1']:.3f}"]
        for name, row in report.results.items()
    ]
    confusion = [["true \\ predicted", *report.labels]] + [
        [name, *map(str, row)] for name, row in zip(report.labels, report.confusion, strict=True)
    ]
    notes = (
        f"Latency of the classifier p50 {report.p50_ms:.2f} ms, p95 {report.p95_ms:.2f} ms. "
        f"Expected calibration error {report.calibration_error:.3f}. Vector search skipped for "
        f"{report.vector_skipped:.1%} of the questions, wrongly for "
        f"{report.vector_skipped_wrongly:.1%}."
    )
    return "\n\n".join(["## Intents", table(results), table(confusion), notes]) + "\n"
