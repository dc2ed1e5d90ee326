"""The picture of `ragline eval conversations`: understood turns, and what searching gains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ragline_evaluation.conversations.judged_set import SetPart
from ragline_evaluation.conversations.measure import Form
from ragline_evaluation.conversations.report import Accuracy, ConversationsReport
from ragline_evaluation.retrieval.scoring import MAIN

_INK, _MUTED, _GOLD = "#1f4e79", "#7f8c99", "#b0562f"
_COLOURS = {Form.BARE: _MUTED, Form.REWRITTEN: _INK, Form.GOLD: _GOLD}
_HEIGHT = 0.36


def draw(report: ConversationsReport, path: Path) -> None:
    """Draw the accuracy by language and by kind and, if pages were searched, nDCG@10."""
    count = 3 if report.retrieval else 2
    figure = Figure(figsize=(4.2 * count, 3.6), layout="constrained")
    axes = figure.subplots(1, count)
    _accuracy(axes[0], "by language", report.by_language)
    _accuracy(axes[1], "by kind", report.by_kind)
    if report.retrieval:
        _retrieval(axes[2], report)
    figure.savefig(path, metadata={"Date": None})


def _accuracy(axis: Axes, title: str, groups: Sequence[Accuracy]) -> None:
    """Draw a bar for each group and part; a line shows the bare turns."""
    names = list(dict.fromkeys(each.group for each in groups))[::-1]
    for each in groups:
        held_back = each.part == SetPart.HELD_BACK
        place = names.index(each.group) + (-0.5 if held_back else 0.5) * _HEIGHT
        axis.barh(
            place,
            each.right[Form.REWRITTEN],
            height=_HEIGHT * 0.9,
            color=_INK,
            alpha=0.5 if held_back else 1.0,
        )
        bare = each.right[Form.BARE]
        axis.vlines(bare, place - _HEIGHT / 2, place + _HEIGHT / 2, color=_GOLD, lw=1.5)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlim(0, 1.02)
    axis.set_title(f"right turns {title}", fontsize=10)
    axis.set_xlabel("pale: held back; line: as typed", color=_MUTED, fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _retrieval(axis: Axes, report: ConversationsReport) -> None:
    for place, each in enumerate(report.retrieval):
        for number, form in enumerate(Form):
            value = each.means[form][MAIN]
            axis.bar(place + (number - 1) * 0.27, value, width=0.25, color=_COLOURS[form])
            axis.annotate(
                f"{value:.2f}",
                (place + (number - 1) * 0.27, value),
                ha="center",
                va="bottom",
                fontsize=8,
            )
    axis.set_xticks(range(len(report.retrieval)), [each.part for each in report.retrieval])
    axis.set_title(f"{MAIN}, {report.searched}: {', '.join(Form)}", fontsize=10)
    axis.set_ylim(0, 1)
    axis.spines[["top", "right"]].set_visible(False)
