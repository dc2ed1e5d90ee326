"""The picture of `ragline eval validation`: claims called unsupported, precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ragline_evaluation.validation.claim_cases import SUPPORTED, Making
from ragline_evaluation.validation.report import ValidationReport

_TRUE, _FALSE, _INK = "#1f4e79", "#b0562f", "#7f8c99"


def draw(reports: Sequence[ValidationReport], path: Path) -> None:
    """Draw for each set the shares by making, and precision against recall by threshold."""
    figure = Figure(figsize=(4.6 * len(reports) + 2, 6.4), layout="constrained")
    axes = figure.subplots(2, len(reports), squeeze=False, sharey="row")
    for column, report in enumerate(reports):
        _bars(axes[0][column], report)
        _curve(axes[1][column], report)
    figure.savefig(path, metadata={"Date": None})


def _bars(axis: Axes, report: ValidationReport) -> None:
    # every panel shows every making, because the panels share their axis
    makings = list(Making)[::-1]
    for place, making in enumerate(makings):
        if making.value not in report.by_making:
            continue
        _, share, _ = report.by_making[making.value]
        axis.barh(place, share, color=_TRUE if making in SUPPORTED else _FALSE)
        axis.text(share + 0.02, place, f"{share:.2f}", va="center", fontsize=8)
    axis.set_yticks(range(len(makings)), [making.value for making in makings])
    axis.set_xlim(0, 1.15)
    axis.set_xlabel("called unsupported (blue: wrongly)", color=_INK, fontsize=8)
    axis.set_title(f"{report.dataset} ({report.claims} claims)", fontsize=10)
    axis.spines[["top", "right"]].set_visible(False)


def _curve(axis: Axes, report: ValidationReport) -> None:
    recall = [each.recall for each in report.curve.values()]
    precision = [each.precision for each in report.curve.values()]
    axis.plot(recall, precision, "-", color=_INK, lw=1)
    chosen = report.detection
    axis.plot(chosen.recall, chosen.precision, "o", color=_FALSE)
    axis.annotate(
        f"{chosen.precision:.2f} / {chosen.recall:.2f}",
        (chosen.recall, chosen.precision),
        xytext=(-8, -14),
        textcoords="offset points",
        ha="right",
        fontsize=8,
        color=_FALSE,
    )
    axis.set_xlim(0.7, 1.02)
    axis.set_ylim(0.8, 1.02)
    axis.set_xlabel("recall of unsupported claims", color=_INK, fontsize=8)
    axis.set_ylabel("precision", color=_INK, fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
