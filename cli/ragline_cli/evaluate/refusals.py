"""`ragline eval refusals`: are questions refused if their documents are missing?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.errors import Misconfigured
from ragline_cli.connection import SearchedIndexName
from ragline_cli.console import print_report
from ragline_cli.evaluate.measured_stages import open_measured_stages
from ragline_cli.evaluate.options import Limit, Split, Stack
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import EvaluationStore, evaluation_store

if TYPE_CHECKING:
    from ragline_evaluation.dataset import Dataset, Question
    from ragline_evaluation.refusals.measure import JudgedRefusal, RefusalRound
    from ragline_evaluation.stages import Stages

_THRESHOLDS = (0.3, 0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.55, 0.6)
# Of each set's answerable questions so many may be refused by weights that are fitted
_REFUSED_AT_MOST = 0.02


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
    neighbours: Annotated[
        int,
        typer.Option(
            min=0,
            help="Further rounds, in each of which one question of so many lacks its documents.",
        ),
    ] = 0,
    weights: Annotated[
        Path | None,
        typer.Option(help="Fit the weights of the signals, and write them to this file."),
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, help="Questions in flight.")] = 1,
    stack: Stack = None,
    index: SearchedIndexName = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/refusals"
    ),
) -> None:
    """Measure refusal precision and recall on questions whose documents are removed.

    Each set is asked three times: complete, without the documents of its odd questions, and without
    those of its even questions. `--neighbours` adds harder rounds.
    """
    from ragline_evaluation import dataset, writing
    from ragline_evaluation.refusals import plot, report

    if neighbours == 1:
        raise typer.BadParameter("one round would remove the documents of all questions")
    read = [dataset.read(each, split=split).first(limit) for each in data]
    if missing := [each.name for each in read if not each.documents]:
        raise Misconfigured(f"no corpus.jsonl in {', '.join(missing)}")
    with evaluation_store(stack, index) as store:
        judged = asyncio.run(_judge_all(read, store, neighbours, at_once))
    threshold = _threshold()
    reports = [
        report.report(name, found, threshold=threshold, others=_THRESHOLDS)
        for name, found in judged.items()
    ]
    text = "\n".join(report.markdown(each) for each in reports)
    if weights is not None:
        text += "\n" + _fit(judged, threshold, weights)
    figures = {"sets": {each.dataset: each.as_dict() for each in reports}}
    written = writing.write_report(folder, figures, text, partial(plot.draw, reports))
    print_report(text, written)


async def _judge_all(
    sets: Sequence[Dataset], store: EvaluationStore, neighbours: int, at_once: int
) -> dict[str, list[JudgedRefusal]]:
    async with open_measured_stages(store) as stages:
        following = [*sets[1:], sets[0]]
        return {
            each.name: await _judge(
                stages, each, other.questions if other is not each else (), neighbours, at_once
            )
            for each, other in zip(sets, following, strict=True)
        }


async def _judge(
    stages: Stages, data: Dataset, foreign: Sequence[Question], neighbours: int, at_once: int
) -> list[JudgedRefusal]:
    from ragline_evaluation.refusals import measure

    rounds = [
        measure.whole(data).with_foreign(foreign),
        *measure.halves(data),
        *measure.with_neighbours(data, neighbours),
    ]
    return [
        each
        for asked in rounds
        if asked.documents and asked.questions  # a small set may have none left
        for each in await _ask(stages, data.name, asked, at_once)
    ]


def _threshold() -> float:
    from ragline_generator.settings import GeneratorSettings

    return GeneratorSettings().generator.min_relevance


def _fit(judged: Mapping[str, Sequence[JudgedRefusal]], threshold: float, path: Path) -> str:
    """Write fitted weights to `path`; return what they find of sets that they have not seen."""
    from ragline_evaluation.refusals import report, signal_weights

    sets = {name: signal_weights.signals(found) for name, found in judged.items()}
    own = list(sets.values())
    found = signal_weights.fit(own, threshold=threshold, at_most=_REFUSED_AT_MOST)
    unseen = signal_weights.left_out(sets, threshold=threshold, at_most=_REFUSED_AT_MOST)
    made = f"Made by `ragline eval refusals --weights` from {', '.join(sets)}; do not edit."
    path.write_text(
        signal_weights.as_toml(found, signal_weights.support_curve(own, found), made=made)
    )
    return report.unseen(unseen)


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
