"""The report of `ragline eval refusals`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragline_evaluation.refusals.measure import JudgedRefusal, QuestionKind
from ragline_evaluation.refusals.scoring import Area, Point, Scores, area, curve, decided, point
from ragline_evaluation.refusals.signal_weights import LeftOut
from ragline_evaluation.tables import table

_ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsReport:
    """Refusals by kind of question.

    `pipeline` counts the refusals of the whole pipeline, whatever their reason; `operating` and
    `curve` count what the relevance score alone would refuse at other thresholds; `threshold` is
    the configured one. Positives are unanswerable questions, negatives answerable ones; other kinds
    are reported separately.
    `reasons` counts by kind of question and `error.code`. `scores` are the relevance scores, by
    kind.
    """

    dataset: str
    threshold: float
    questions: dict[str, int]
    pipeline: Point
    refused: dict[str, float]
    reasons: dict[str, dict[str, int]]
    operating: Sequence[Point]
    curve: Sequence[Point]
    area: Area | None
    area_foreign: Area | None
    scores: dict[str, Sequence[float]]
    p50_ms: float
    p95_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def report(
    name: str, judged: Sequence[JudgedRefusal], *, threshold: float, others: Sequence[float] = ()
) -> RefusalsReport:
    """Compute the figures of at least one question; `others` are thresholds to compare."""
    groups = {kind: [each for each in judged if each.kind is kind] for kind in QuestionKind}
    scores = {kind: np.array([each.score for each in found]) for kind, found in groups.items()}
    hopeless, answerable = scores[QuestionKind.UNANSWERABLE], scores[QuestionKind.ANSWERABLE]
    milliseconds = np.array([each.seconds for each in judged]) * 1_000
    return RefusalsReport(
        dataset=name,
        threshold=threshold,
        questions={kind.value: len(found) for kind, found in groups.items() if found},
        pipeline=decided(
            _refused(groups[QuestionKind.UNANSWERABLE]),
            _refused(groups[QuestionKind.ANSWERABLE]),
            threshold=threshold,
        ),
        refused={k.value: float(_refused(found).mean()) for k, found in groups.items() if found},
        reasons={k.value: _reasons(found) for k, found in groups.items() if found},
        operating=[
            point(each, hopeless, answerable, scores[QuestionKind.COMPLETE])
            for each in sorted({threshold, *others})
        ],
        curve=curve(hopeless, answerable),
        area=area(hopeless, answerable),
        area_foreign=area(scores[QuestionKind.FOREIGN], answerable),
        scores={kind.value: _sorted(found) for kind, found in scores.items() if len(found)},
        p50_ms=float(np.percentile(milliseconds, 50)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def _refused(judged: Sequence[JudgedRefusal]) -> Any:
    return np.array([each.answered.refused for each in judged], dtype=bool)


def _reasons(judged: Sequence[JudgedRefusal]) -> dict[str, int]:
    codes = ((each.answered.answer, each.answered.answer.error) for each in judged)
    found = (error.code if error else answer.status.value for answer, error in codes)
    return dict(Counter(found).most_common())


def _sorted(scores: Scores) -> list[float]:
    return [round(float(each), 4) for each in np.sort(scores)]


def markdown(report: RefusalsReport) -> str:
    """Return the report as Markdown tables."""
    pipeline = report.pipeline
    counts = ", ".join(f"{count} {kind}" for kind, count in report.questions.items())
    summary = (
        f"{counts}. Whole pipeline, threshold {report.threshold:g}: precision "
        f"{pipeline.precision:.3f}, recall {pipeline.recall:.3f}, F1 {pipeline.f1:.3f}; answerable "
        f"questions refused {pipeline.refused:.1%}. Area under the ROC curve of the score: "
        f"{_area(report.area)} against unanswerable, {_area(report.area_foreign)} against foreign "
        f"questions. Assessing p50 {report.p50_ms:.1f} ms, p95 {report.p95_ms:.1f} ms."
    )
    parts = [f"## Refusals: {report.dataset}", summary]
    return "\n\n".join([*parts, table(_kind_rows(report)), table(_point_rows(report))]) + "\n"


def unseen(found: Sequence[LeftOut]) -> str:
    """Return what weights refuse of sets that they were not fitted on, as a Markdown table."""
    head = ["set left out", "answerable refused", "unanswerable refused"]
    rows = [[each.dataset, f"{each.refused:.1%}", f"{each.found:.1%}"] for each in found]
    return f"## Weights fitted on the other sets\n\n{table([head, *rows])}\n"


def _kind_rows(report: RefusalsReport) -> list[list[str]]:
    codes = [code for reasons in report.reasons.values() for code in reasons]
    columns = list(dict.fromkeys(code for code in codes if code != _ANSWERED))
    rows = [["questions", "asked", "refused", *columns]]
    for kind, count in report.questions.items():
        cells = (str(report.reasons[kind].get(code, 0)) for code in columns)
        rows.append([kind, str(count), f"{report.refused[kind]:.1%}", *cells])
    return rows


def _point_rows(report: RefusalsReport) -> list[list[str]]:
    heads = ["threshold", "precision", "recall", "F1", "answerable refused", "complete refused"]
    return [heads] + [
        [
            f"{each.threshold:g}" + (" (in force)" if each.threshold == report.threshold else ""),
            f"{each.precision:.3f}",
            f"{each.recall:.3f}",
            f"{each.f1:.3f}",
            f"{each.refused:.1%}",
            f"{each.refused_complete:.1%}",
        ]
        for each in report.operating
    ]


def _area(each: Area | None) -> str:
    return f"{each.value:.3f} [{each.low:.3f}, {each.high:.3f}]" if each else "not asked"
