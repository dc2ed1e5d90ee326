"""The picture of `ragline eval intent`: confusion matrix and reliability diagram."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ragline_evaluation.intent.report import IntentReport

_INK = "#1f4e79"


def draw(report: IntentReport, path: Path) -> None:
    """Draw the confusion matrix and the reliability diagram side by side."""
    figure = Figure(figsize=(9.5, 4), layout="constrained")
    confusion, reliability = figure.subplots(1, 2)
    _confusion(confusion, report)
    _reliability(reliability, report)
    figure.savefig(path, metadata={"Date": None})


def _confusion(axis: Axes, report: IntentReport) -> None:
    counts = np.array(report.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*counts.shape):
        dark = shares[row, column] > 0.5
        axis.annotate(
            f"{shares[row, column]:.0%}\n{counts[row, column]}",
            (column, row),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if dark else "black",
        )
    axis.set_xticks(range(len(report.labels)), report.labels, rotation=20, fontsize=8)
    axis.set_yticks(range(len(report.labels)), report.labels, fontsize=8)
    axis.set_xlabel("predicted")
    axis.set_ylabel("true")


def _reliability(axis: Axes, report: IntentReport) -> None:
    confidence = [each.confidence for each in report.calibration]
    accuracy = [each.accuracy for each in report.calibration]
    sizes = [20 + 400 * each.questions / report.questions for each in report.calibration]
    axis.plot([0, 1], [0, 1], color="#999999", lw=0.8, ls=":")
    axis.scatter(confidence, accuracy, s=sizes, color=_INK, alpha=0.8)
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 1)
    axis.set_xlabel("confidence")
    axis.set_ylabel("share that was right")
    axis.spines[["top", "right"]].set_visible(False)
