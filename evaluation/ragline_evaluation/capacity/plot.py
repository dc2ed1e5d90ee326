"""The picture of a store's growth: times, processor time and space against the number of chunks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ragline_evaluation.capacity.measure import Way
from ragline_evaluation.capacity.report import GOAL_P95_MS, CapacityReport, levels_of

_INK, _MUTED, _REFERENCE = "#1f4e79", "#7f8c99", "#b0562f"
_COLOURS = {Way.HYBRID: _INK, Way.KEYWORD: _REFERENCE, Way.VECTOR: _MUTED}


def draw(reports: Sequence[CapacityReport], path: Path) -> None:
    """Draw for each store its p95 at the highest load, the processor time behind it, and space."""
    figure = Figure(figsize=(4.6 * len(reports) + 0.6, 7.4), layout="constrained")
    rows = figure.subplots(3, len(reports), squeeze=False, sharex=True, sharey="row")
    for column, report in enumerate(reports):
        _times(rows[0][column], report)
        _processor_time(rows[1][column], report)
        _space(rows[2][column], report)
    for row in rows:
        row[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def _times(axis: Axes, report: CapacityReport) -> None:
    chunks = [size.chunks for size in report.sizes]
    level = levels_of(report.sizes)[-1]
    for way, colour in _COLOURS.items():
        values = [size.of(way, level).p95 for size in report.sizes]
        axis.plot(chunks, values, "o-", ms=3.5, lw=1.4, color=colour, label=way.value)
    axis.axhline(GOAL_P95_MS, color=_MUTED, lw=0.9, ls=":")
    axis.set_title(f"{report.store}: p95 with {level} in flight", fontsize=10)
    axis.set_ylabel("ms")
    _scaled(axis)


def _processor_time(axis: Axes, report: CapacityReport) -> None:
    chunks = [size.chunks for size in report.sizes]
    level = levels_of(report.sizes)[-1]
    for way, colour in _COLOURS.items():
        times = [size.of(way, level) for size in report.sizes]
        values = [each.server_cpu_ms + each.client_cpu_ms for each in times]
        axis.plot(chunks, values, "o-", ms=3.5, lw=1.4, color=colour, label=way.value)
    axis.set_title("processor time of one search", fontsize=10)
    axis.set_ylabel("ms")
    _scaled(axis)


def _space(axis: Axes, report: CapacityReport) -> None:
    chunks = [size.chunks for size in report.sizes]
    disk = [size.disk_mb for size in report.sizes]
    memory = [size.memory_mb for size in report.sizes]
    axis.plot(chunks, disk, "o-", ms=3.5, lw=1.4, color=_INK, label="disk")
    axis.plot(chunks, memory, "o-", ms=3.5, lw=1.4, color=_REFERENCE, label="memory")
    axis.set_xlabel("chunks", color=_MUTED, fontsize=8)
    axis.set_ylabel("MB")
    _scaled(axis)


def _scaled(axis: Axes) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.spines[["top", "right"]].set_visible(False)
