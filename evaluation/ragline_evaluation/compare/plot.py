"""The picture of `ragline eval compare`: questions per second of each system, a panel a load."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ragline_evaluation.compare.report import ComparisonReport
from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA

_INK, _MUTED = "#1f4e79", "#b0562f"


def draw(report: ComparisonReport, path: Path) -> None:
    """Draw one panel for each number of questions in flight."""
    loads = sorted({level.in_flight for each in report.systems for level in each.levels})
    figure = Figure(figsize=(3.4 * len(loads) + 1.6, 2.8), layout="constrained")
    axes = figure.subplots(1, len(loads), squeeze=False, sharey=True)[0]
    for axis, load in zip(axes, loads, strict=True):
        _panel(axis, report, load)
    figure.savefig(path, metadata={"Date": None})


def _panel(axis: Axes, report: ComparisonReport, load: int) -> None:
    names = [each.name for each in report.systems][::-1]
    rates = {
        each.name: level.per_second
        for each in report.systems
        for level in each.levels
        if level.in_flight == load
    }
    colours = [_INK if name in {IN_PROCESS, OVER_KAFKA} else _MUTED for name in names]
    values = [rates.get(name, 0.0) for name in names]
    bars = axis.barh(range(len(names)), values, color=colours, height=0.6)
    axis.bar_label(bars, fmt="%.1f", padding=3, fontsize=8)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.set_xlim(0, 1.2 * max(values))
    axis.set_title(f"{load} in flight", fontsize=10)
    axis.set_xlabel("questions per second", fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
