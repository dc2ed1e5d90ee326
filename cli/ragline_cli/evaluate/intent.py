"""`ragline eval intent`: how well the classifier recognises the intent of a question."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline_cli.console import print_report
from ragline_cli.evaluate.progress import bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ragline_evaluation.intent.measure import JudgedIntent, LabelledQuestion


def intent(
    *,
    data: Annotated[
        Path, typer.Option(metavar="FILE", help="JSON lines with text, intent and source.")
    ],
    limit: Annotated[
        int | None, typer.Option(min=1, help="Use only this many questions, spread over the file.")
    ] = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/intent"
    ),
) -> None:
    """Measure accuracy, macro-F1, confusion, calibration and latency, per source."""
    from ragline_evaluation import writing
    from ragline_evaluation.intent import measure, plot, report

    measured = report.report(asyncio.run(_judged(measure.read(data, limit))))
    text = report.markdown(measured)
    written = writing.write_report(folder, measured.as_dict(), text, partial(plot.draw, measured))
    print_report(text, written)


async def _judged(questions: Sequence[LabelledQuestion]) -> list[JudgedIntent]:
    from ragline_evaluation.intent.measure import judge
    from ragline_evaluation.stages import open_classifier

    async with open_classifier() as classifier:
        with bar("classifying", len(questions)) as advance:
            return await judge(classifier, questions, advance)
