"""`ragline eval refusals`: are questions refused if their documents are missing?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.errors import Misconfigured
from ragline_cli.console import print_report
from ragline_cli.evaluate.options import Limit, Split, Stack
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import evaluation_store

if TYPE_CHECKING:
    from ragline_evaluation.dataset import Dataset, Question
    from ragline_evaluation.refusals.measure import JudgedRefusal, RefusalRound
    from ragline_evaluation.refusals.report import RefusalsReport
    from ragline_evaluation.stages import Stages

_THRESHOLDS = (0.3, 0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.55, 0.6)


def refusals(
    *,
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="DIR",
            help="BEIR form; repeatable. Each set is also asked the questions of the next one.",
        ),
    ],
    split: Split = "dev",
    limit: Limit = None,
    at_once: Annotated[int, typer.Option(min=1, help="Questions in flight.")] = 1,
    stack: Stack = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/refusals"
    ),
) -> None:
    """Measure refusal precision and recall on questions whose documents are removed.

    Each set is asked three times: complete, without the documents of its odd questions, and without
    those of its even questions.
    """
    from ragline_evaluation import dataset, writing
    from ragline_evaluation.refusals import plot, report

    read = [dataset.read(each, split=split).first(limit) for each in data]
    if missing := [each.name for each in read if not each.documents]:
        raise Misconfigured(f"no corpus.jsonl in {', '.join(missing)}")
    with evaluation_store(stack):
        reports = asyncio.run(_measure_all(read, at_once))
    text = "\n".join(report.markdown(each) for each in reports)
    figures = {"sets": {each.dataset: each.as_dict() for each in reports}}
    written = writing.write_report(folder, figures, text, partial(plot.draw, reports))
    print_report(text, written)


async def _measure_all(sets: Sequence[Dataset], at_once: int) -> list[RefusalsReport]:
    from ragline_evaluation.stages import open_stages

    async with open_stages() as stages:
        following = [*sets[1:], sets[0]]
        return [
            await _measure(stages, each, other.questions if other is not each else (), at_once)
            for each, other in zip(sets, following, strict=True)
        ]


async def _measure(
    stages: Stages, data: Dataset, foreign: Sequence[Question], at_once: int
) -> RefusalsReport:
    from ragline_evaluation.refusals import measure, report
    from ragline_generator.settings import GeneratorSettings

    rounds = [measure.whole(data).with_foreign(foreign), *measure.halves(data)]
    judged = [
        each
        for asked in rounds
        if asked.documents  # a small set may have no documents left
        for each in await _ask(stages, data.name, asked, at_once)
    ]
    threshold = GeneratorSettings().generator.min_relevance
    return report.report(data.name, judged, threshold=threshold, others=_THRESHOLDS)


async def _ask(stages: Stages, name: str, asked: RefusalRound, at_once: int) -> list[JudgedRefusal]:
    from ragline_evaluation import ingesting
    from ragline_evaluation.answers.measure import answer_all
    from ragline_evaluation.refusals.measure import Noting

    events = ingesting.in_own_tenant(ingesting.events_of(asked.documents), name)
    with bar(f"{name}: ingesting", len(events)) as advance:
        await ingesting.ingest(stages.ingest, events, advance)
    noting = Noting(stages.answer)
    with bar(f"{name}: asking", len(asked.questions)) as advance:
        answered = await answer_all(
            replace(stages, answer=noting),
            asked.questions,
            tenant=events[0].tenant,
            at_once=at_once,
            progress=advance,
        )
    return noting.judged(answered, asked.kinds)
