"""A dashboard as a picture: what Prometheus answers to each panel, in Grafana's places."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from ragline_cli.generated.monitoring.panels import COLUMNS, Dashboard, Panel, in_rows

_ROW_INCHES = 2.3
_WIDTH_INCHES = 15
_DPI = 90
_MOST_NAMED = 8
_INK, _GREEN = "#4a5560", "#2e7d32"
_LARGE, _SMALL = 16, 8
_TICK_S = 120
_LABEL = re.compile(r"{{(\w+)}}")
# what one unit of the axis is called, and by what the value is multiplied
_UNITS = {
    "s": (" s", 1),
    "reqps": ("/s", 1),
    "percentunit": (" %", 100),
    "currencyUSD": (" $", 1),
    "bytes": (" MiB", 1 / 2**20),
}


@dataclass(frozen=True, slots=True)
class Curve:
    """One series of a panel: seconds since 1970 and values."""

    name: str
    times: Sequence[float]
    values: Sequence[float]


# Answers an expression with Prometheus' series: `metric`, and `values` of pairs
Ask = Callable[[str], Sequence[Mapping[str, Any]]]


def draw(dashboard: Dashboard, ask: Ask, path: Path) -> None:
    """Draw all panels of `dashboard` into `path`."""
    rows = in_rows(dashboard.panels)
    figure = Figure(figsize=(_WIDTH_INCHES, _ROW_INCHES * len(rows)), layout="constrained")
    figure.suptitle(f"{dashboard.title} — {dashboard.about}", x=0.005, ha="left", fontsize=11)
    grid = figure.add_gridspec(len(rows), COLUMNS)
    for y, row in enumerate(rows):
        for x, panel in row:
            axes = figure.add_subplot(grid[y, x : x + panel.width])
            _draw_panel(axes, panel, curves(panel, ask))
    figure.savefig(path, dpi=_DPI)


def curves(panel: Panel, ask: Ask) -> list[Curve]:
    """Return what there is to draw; a value that is no number is a gap."""
    found = []
    for legend, expr in panel.queries.items():
        for series in ask(expr):
            name = _named(legend, series["metric"])
            times, values = zip(*series["values"], strict=True)
            found.append(Curve(name, times, [float(value) for value in values]))
    return found


def _named(legend: str, labels: Mapping[str, str]) -> str:
    return _LABEL.sub(lambda label: labels.get(label[1], ""), legend)


def _draw_panel(axes: Axes, panel: Panel, found: list[Curve]) -> None:
    unit, factor = _UNITS.get(panel.unit, ("", 1))
    axes.set_title(panel.title, loc="left", fontsize=9, color=_INK)
    axes.tick_params(labelsize=7, colors=_INK)
    axes.spines[["top", "right"]].set_visible(False)
    if not found:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "nothing", ha="center", color=_INK, transform=axes.transAxes)
    elif panel.kind == "stat":
        axes.set_axis_off()
        told = [f"{_last(curve) * factor:.2g}{unit}  {curve.name}" for curve in found]
        size = _LARGE if len(told) == 1 else _SMALL
        axes.text(0.0, 0.5, "\n".join(told), va="center", fontsize=size, color=_GREEN)
    else:
        _draw_curves(axes, found, unit=unit, factor=factor)


def _draw_curves(axes: Axes, found: list[Curve], *, unit: str, factor: float) -> None:
    named = sorted(found, key=_most, reverse=True)
    for number, curve in enumerate(named):
        label = curve.name.strip() if number < _MOST_NAMED else "_"
        axes.plot(curve.times, [value * factor for value in curve.values], lw=1.2, label=label)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{unit}"))
    axes.xaxis.set_major_locator(MultipleLocator(_TICK_S))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: _clock(at)))
    axes.grid(axis="y", lw=0.4, color="#d8dde2")
    axes.legend(fontsize=6, loc="upper left", framealpha=0.7, edgecolor="none")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


def _last(curve: Curve) -> float:
    return next((value for value in reversed(curve.values) if math.isfinite(value)), math.nan)


def _most(curve: Curve) -> float:
    return max((value for value in curve.values if math.isfinite(value)), default=-math.inf)
