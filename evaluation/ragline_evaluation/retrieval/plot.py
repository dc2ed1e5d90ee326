"""The picture of `ragline eval retrieval`: nDCG@10 of each configuration, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ragline_evaluation.retrieval.configurations import LADDER, REFERENCE
from ragline_evaluation.retrieval.report import Report
from ragline_evaluation.retrieval.scoring import MAIN

_INK, _MUTED, _REFERENCE = "#1f4e79", "#7f8c99", "#b0562f"


def draw(reports: Sequence[Report], path: Path) -> None:
    """Draw one panel per set; the whiskers are the paired interval against vector search."""
    figure = Figure(figsize=(4.2 * len(reports) + 1.2, 3.6), layout="constrained")
    axes = figure.subplots(1, len(reports), squeeze=False, sharey=True)[0]
    for axis, report in zip(axes, reports, strict=True):
        _panel(axis, report)
    figure.savefig(path, metadata={"Date": None})


def _panel(axis: Axes, report: Report) -> None:
    names = [each.name for each in LADDER if each.name in report.results][::-1]
    for place, name in enumerate(names):
        value = report.results[name][MAIN]
        colour = _REFERENCE if name == REFERENCE else _INK
        axis.plot(value, place, "o", color=colour)
        axis.annotate(
            f"{value:.3f}",
            (value, place),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=colour,
        )
        if name in report.against:
            against = report.against[name]
            base = value - against.mean
            axis.hlines(place, base + against.low, base + against.high, color=_INK, lw=1.2)
    if REFERENCE in report.results:
        axis.axvline(report.results[REFERENCE][MAIN], color=_REFERENCE, lw=0.8, ls=":")
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(-0.6, len(names) - 0.2)
    axis.set_title(f"{report.dataset} ({report.questions} questions)", fontsize=10)
    axis.set_xlabel(f"{MAIN}, 95 % interval against {REFERENCE}", color=_MUTED, fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
