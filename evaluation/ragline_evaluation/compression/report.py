"""The report of `ragline eval compression`: figures for programs and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragline_evaluation.compression.measure import METHODS, OURS, SHARES, TRUNCATED, Compressed
from ragline_evaluation.retrieval.scoring import Difference, difference
from ragline_evaluation.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A share of the tokens: by method, answer recall and the share that was really kept.

    `against` is our answer recall minus that of truncation; `lost` is ours minus that of all
    passages (a negative mean).
    """

    share: float
    recall: dict[str, float]
    tokens: dict[str, float]
    against: Difference
    lost: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionReport:
    """Everything measured on one set; `left_out` counts questions without a measurable answer.

    `full` is the recall of all passages, `tokens` their mean; times are ranking and compressing.
    """

    dataset: str
    questions: int
    left_out: int
    tokens: float
    full: float
    rows: Sequence[Row]
    p50_ms: float
    p95_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def report(name: str, compressed: Sequence[Compressed], *, left_out: int) -> CompressionReport:
    """Compute the figures of at least one question."""
    milliseconds = np.array([second for each in compressed for second in each.seconds]) * 1_000
    return CompressionReport(
        dataset=name,
        questions=len(compressed),
        left_out=left_out,
        tokens=mean(each.tokens for each in compressed),
        full=mean(each.full for each in compressed),
        rows=[_row(compressed, share) for share in SHARES],
        p50_ms=float(np.percentile(milliseconds, 50)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def _row(compressed: Sequence[Compressed], share: float) -> Row:
    recall = {method: _recalls(compressed, method, share) for method in METHODS}
    full = np.array([each.full for each in compressed])
    return Row(
        share=share,
        recall={method: float(values.mean()) for method, values in recall.items()},
        tokens={
            method: mean(each.kept[method, share].tokens for each in compressed)
            for method in METHODS
        },
        against=difference(recall[OURS], recall[TRUNCATED]),
        lost=difference(recall[OURS], full),
    )


def _recalls(compressed: Sequence[Compressed], method: str, share: float) -> NDArray[np.float64]:
    return np.array([each.kept[method, share].recall for each in compressed])


def markdown(report: CompressionReport) -> str:
    """Return the report as a Markdown table."""
    heading = (
        f"{report.questions} questions, {report.left_out} without an answer to be looked for left "
        f"out; {report.tokens:,.0f} tokens of passages a question. All passages hold "
        f"{report.full:.3f} of the answer. Ranking and compressing p50 {report.p50_ms:.1f} ms, "
        f"p95 {report.p95_ms:.1f} ms."
    )
    return "\n\n".join([f"## {report.dataset}", heading, table(_rows(report))]) + "\n"


def _rows(report: CompressionReport) -> list[list[str]]:
    head = ["tokens kept at most", *METHODS, "against truncated (95 %)", "against all (95 %)"]
    return [head] + [
        [
            f"{row.share:.0%}",
            *(f"{row.recall[method]:.3f}" for method in METHODS),
            _interval(row.against),
            _interval(row.lost),
        ]
        for row in report.rows
    ]


def _interval(each: Difference) -> str:
    return f"{each.mean:+.3f} [{each.low:+.3f}, {each.high:+.3f}]"
