"""The picture of `ragline eval compression`: answer recall against the tokens kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ragline_evaluation.compression.measure import OURS, TRUNCATED, WHOLE
from ragline_evaluation.compression.report import CompressionReport

_INK, _MUTED, _REFERENCE = "#1f4e79", "#7f8c99", "#b0562f"
_LINES = {OURS: (_INK, "-"), TRUNCATED: (_REFERENCE, "-"), WHOLE: (_MUTED, "--")}


def draw(reports: Sequence[CompressionReport], path: Path) -> None:
    """Draw one panel per set: answer recall against the share of tokens kept."""
    figure = Figure(figsize=(4.6 * len(reports) + 0.6, 3.8), layout="constrained")
    axes = figure.subplots(1, len(reports), squeeze=False)[0]
    for axis, report in zip(axes, reports, strict=True):
        _panel(axis, report)
    axes[0].set_ylabel("share of the answer that is left")
    axes[0].legend(frameon=False, fontsize=8, loc="lower right")
    figure.savefig(path, metadata={"Date": None})


def _panel(axis: Axes, report: CompressionReport) -> None:
    for method, (colour, style) in _LINES.items():
        tokens = [row.tokens[method] for row in report.rows]
        recall = [row.recall[method] for row in report.rows]
        axis.plot(tokens, recall, style, marker="o", ms=3.5, lw=1.4, color=colour, label=method)
    ours = [row.tokens[OURS] for row in report.rows]
    base = [row.recall[OURS] - row.against.mean for row in report.rows]
    low = [value + row.against.low for value, row in zip(base, report.rows, strict=True)]
    high = [value + row.against.high for value, row in zip(base, report.rows, strict=True)]
    axis.fill_between(ours, low, high, color=_INK, alpha=0.12, lw=0)
    axis.axhline(report.full, color=_MUTED, lw=0.9, ls=":", label="no compression")
    axis.set_title(f"{report.dataset} ({report.questions} questions)", fontsize=10)
    axis.set_xlabel("tokens kept; band: 95 % interval against truncated", color=_MUTED, fontsize=8)
    axis.set_xlim(0, 1.03)
    axis.set_ylim(0, None)
    axis.xaxis.set_major_formatter(PercentFormatter(1))
    axis.spines[["top", "right"]].set_visible(False)
