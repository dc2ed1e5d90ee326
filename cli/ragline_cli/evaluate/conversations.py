"""`ragline eval conversations`: are follow-up questions understood?"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline_cli.console import print_report
from ragline_cli.evaluate.measured_stages import open_measured_stages
from ragline_cli.evaluate.options import Stack
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import EvaluationStore, evaluation_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ragline.contracts.documents import DocumentChanged
    from ragline_evaluation.conversations.judged_set import JudgedTurn
    from ragline_evaluation.conversations.measure import FoundByForm, LeftAlone, UnderstoodTurn
    from ragline_evaluation.retrieval.configurations import Configuration


def conversations(
    *,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="TOML files of judged turns instead of the shipped ones."),
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="The pages to search: of the shipped set, RabbitMQ's."),
    ] = None,
    standalone: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="JSON lines with text or query: questions that must stay as they are; repeatable.",
        ),
    ] = None,
    config: Annotated[
        str,
        typer.Option(help="How to search: as for `eval retrieval`; bm25s takes no store."),
    ] = "plan",
    stack: Stack = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/conversations"
    ),
) -> None:
    """Measure standalone questions against judged ones, and retrieval with them.

    Who rewrites is as in the settings (`RAGLINE_CLASSIFIER__REWRITER`). Nothing is searched without
    --documents.
    """
    from ragline_cli.evaluate.documents import events_of
    from ragline_evaluation import ingesting, writing
    from ragline_evaluation.conversations import judged_set, measure, plot, report
    from ragline_evaluation.retrieval import configurations
    from ragline_evaluation.retrieval.reference import ReferenceBM25

    (configuration,) = configurations.choose([config])
    turns = judged_set.read(data) if data else judged_set.read()
    understood, left_alone = asyncio.run(_understood(turns, standalone or []))
    events = events_of(documents) if documents else []
    found = None
    if events and configuration.plan is None:
        found = measure.search_reference(ReferenceBM25(events).search, understood)
    elif documents:
        events = ingesting.in_own_tenant(events, documents[0].name)
        with evaluation_store(stack) as store:
            found = asyncio.run(_searched(understood, configuration, events, store))
    measured = report.report(understood, left_alone, found, searched=config)
    text = report.markdown(measured)
    written = writing.write_report(folder, measured.as_dict(), text, partial(plot.draw, measured))
    print_report(text, written)


async def _understood(
    turns: Sequence[JudgedTurn], files: Sequence[Path]
) -> tuple[list[UnderstoodTurn], list[LeftAlone]]:
    from ragline_evaluation.conversations import measure
    from ragline_evaluation.stages import open_classifier

    sources = {f"gold, {name}": each for name, each in measure.gold_questions(turns).items()}
    sources |= {"/".join(file.parts[-2:]): measure.read_standalone(file) for file in files}
    async with open_classifier() as classify:
        with bar("understanding", len(turns)) as advance:
            understood = await measure.understand(classify, turns, advance)
        with bar("standalone questions", sum(map(len, sources.values()))) as advance:
            left_alone = [
                await measure.leave_alone(classify, name, questions, advance)
                for name, questions in sources.items()
            ]
    return understood, left_alone


async def _searched(
    understood: Sequence[UnderstoodTurn],
    configuration: Configuration,
    events: Sequence[DocumentChanged],
    store: EvaluationStore,
) -> FoundByForm:
    from ragline_evaluation import ingesting
    from ragline_evaluation.conversations import measure

    asked = sum(bool(each.turn.relevant) for each in understood) * len(measure.Form)
    async with open_measured_stages(store) as stages:
        with bar("ingesting", len(events)) as advance:
            await ingesting.ingest(stages.ingest, events, advance)
        with bar("asking", asked) as advance:
            return await measure.search(
                stages, understood, configuration, tenant=events[0].tenant, progress=advance
            )
