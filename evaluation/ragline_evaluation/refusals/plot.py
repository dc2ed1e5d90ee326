"""The picture of `ragline eval refusals`: precision and recall, and refusals by threshold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ragline_evaluation.refusals.measure import QuestionKind
from ragline_evaluation.refusals.report import RefusalsReport

_INK, _MUTED, _POINT = "#1f4e79", "#7f8c99", "#b0562f"
_COLOURS = {
    QuestionKind.UNANSWERABLE: _INK,
    QuestionKind.COMPLETE: _POINT,
    QuestionKind.FOREIGN: _MUTED,
}


def draw(reports: Sequence[RefusalsReport], path: Path) -> None:
    """Draw one column per set: the precision-recall curve, and refusals by threshold below it."""
    figure = Figure(figsize=(4.6 * len(reports) + 0.6, 6.8), layout="constrained")
    axes = figure.subplots(2, len(reports), squeeze=False)
    for column, report in enumerate(reports):
        _curve(axes[0][column], report)
        _thresholds(axes[1][column], report)
    figure.savefig(path, metadata={"Date": None})


def _curve(axis: Axes, report: RefusalsReport) -> None:
    points = report.curve
    axis.plot([p.recall for p in points], [p.precision for p in points], color=_INK, lw=1.2)
    for each in report.operating:
        in_force = each.threshold == report.threshold
        axis.plot(each.recall, each.precision, "o", color=_POINT if in_force else _INK, ms=5)
        axis.annotate(
            f"{each.threshold:g}",
            (each.recall, each.precision),
            xytext=(4, 5),
            textcoords="offset points",
            fontsize=8,
        )
    axis.set_xlim(-0.02, 1.02)
    axis.set_ylim(0, 1.05)
    axis.set_title(report.dataset, fontsize=10)
    axis.set_xlabel("recall of refusals", fontsize=8)
    axis.set_ylabel("precision of refusals", fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _thresholds(axis: Axes, report: RefusalsReport) -> None:
    for kind, colour in _COLOURS.items():
        scores = np.array(report.scores.get(kind.value, ()))
        if not len(scores):
            continue
        shares = np.arange(1, len(scores) + 1) / len(scores)
        axis.step(scores, shares, where="post", color=colour, lw=1.2, label=kind.value)
    axis.axvline(report.threshold, color=_POINT, lw=0.8, ls=":")
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 1.02)
    axis.set_xlabel("threshold (dotted: in force)", fontsize=8)
    axis.set_ylabel("share refused", fontsize=8)
    axis.legend(fontsize=8, frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
