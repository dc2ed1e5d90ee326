"""`ragline eval answers`: are answers right and cited, and unanswerable questions refused?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.errors import Misconfigured
from ragline_cli.connection import SearchedIndexName
from ragline_cli.console import print_report
from ragline_cli.evaluate.measured_stages import open_measured_stages
from ragline_cli.evaluate.options import Hops, Limit, Split, Stack
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import EvaluationStore, evaluation_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ragline_evaluation.answers.report import AnswersReport
    from ragline_evaluation.dataset import Dataset, Question


def answers(
    *,
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="BEIR form, with metadata.answer in queries.jsonl.")
    ],
    unanswerable: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Other data whose questions --data cannot answer."),
    ] = None,
    split: Split = "dev",
    limit: Limit = None,
    judged: Annotated[
        bool, typer.Option("--judge/--no-judge", help="Let a configured LLM grade the answers.")
    ] = True,
    hops: Hops = None,
    at_once: Annotated[int, typer.Option(min=1, help="Questions in flight.")] = 1,
    stack: Stack = None,
    index: SearchedIndexName = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/answers"
    ),
) -> None:
    """Measure token F1, citation precision and recall, support and refusals.

    Without a configured LLM the answers are extractive and are not graded.
    """
    from ragline_evaluation import dataset, writing
    from ragline_evaluation.answers import report

    read = dataset.read(data, split=split).first(limit)
    if not read.documents:
        raise Misconfigured(f"{data} has no corpus.jsonl")
    other = dataset.read(unanswerable, split=split).first(limit) if unanswerable else None
    with evaluation_store(stack, index) as store:
        measured = asyncio.run(
            _measure(
                read,
                other.questions if other else (),
                store,
                at_once=at_once,
                judged=judged,
                hops=hops,
            )
        )
    text = report.markdown(measured)
    print_report(text, writing.write_report(folder, measured.as_dict(), text))


async def _measure(
    data: Dataset,
    hopeless: Sequence[Question],
    store: EvaluationStore,
    *,
    at_once: int,
    judged: bool,
    hops: int | None,
) -> AnswersReport:
    from ragline_evaluation import ingesting
    from ragline_evaluation.answers import judging, report
    from ragline_evaluation.answers.measure import answer_all

    events = ingesting.in_own_tenant(ingesting.events_of(data.documents), data.name)
    questions = [(each, data.relevant(each.id)) for each in data.questions]
    questions += [(each, frozenset[str]()) for each in hopeless]
    async with open_measured_stages(store) as stages:
        with bar(f"{data.name}: ingesting", len(events)) as advance:
            await ingesting.ingest(stages.ingest, events, advance)
        with bar(f"{data.name}: answering", len(questions)) as advance:
            answered = await answer_all(
                stages,
                questions,
                tenant=events[0].tenant,
                at_once=at_once,
                progress=advance,
                hops=hops,
            )
    async with judging.open_judge() as judge:
        if judge is None or not judged:
            return report.report(data.name, answered)
        with bar(f"{data.name}: judging", len(answered)) as advance:
            verdicts = await judging.judge(judge, answered, advance)
        return report.report(data.name, answered, verdicts=verdicts, judge=judge.model_id)
