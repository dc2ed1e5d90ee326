"""`ragline eval compression`: how much of the answers survives when passages are compressed."""

from __future__ import annotations

import asyncio
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
    from ragline_evaluation.compression.report import CompressionReport
    from ragline_evaluation.dataset import Dataset


def compression(
    *,
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="DIR", help="BEIR form, with metadata.answer in queries.jsonl; repeatable."
        ),
    ],
    split: Split = "dev",
    limit: Limit = None,
    stack: Stack = None,
    index: SearchedIndexName = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/compression"
    ),
) -> None:
    """Measure how much of the reference answer survives at 10 to 100 % of the passages' tokens.

    Compares with plain truncation, with whole passages, and with no compression.
    """
    from ragline_evaluation import writing
    from ragline_evaluation.compression import plot, report

    sets = [_read(each, split, limit) for each in data]
    with evaluation_store(stack, index) as store:
        reports = [asyncio.run(_measure(each, store)) for each in sets]
    text = "\n".join(report.markdown(each) for each in reports)
    figures = {"sets": {each.dataset: each.as_dict() for each in reports}}
    written = writing.write_report(folder, figures, text, partial(plot.draw, reports))
    print_report(text, written)


def _read(folder: Path, split: str, limit: int | None) -> Dataset:
    from ragline_evaluation import dataset
    from ragline_evaluation.compression.answer_recall import measurable

    read = dataset.read(folder, split=split).first(limit)
    if not read.documents:
        raise Misconfigured(f"{folder} has no corpus.jsonl")
    if not any(measurable(each.answer) for each in read.questions):
        raise Misconfigured(f"{folder}/queries.jsonl has no metadata.answer to look for")
    return read


async def _measure(data: Dataset, store: EvaluationStore) -> CompressionReport:
    from ragline.adapters.llm.tokenizers import open_tokenizer
    from ragline_evaluation import ingesting
    from ragline_evaluation.compression import report
    from ragline_evaluation.compression.measure import find_all, measure
    from ragline_generator.settings import GeneratorSettings

    events = ingesting.in_own_tenant(ingesting.events_of(data.documents), data.name)
    async with open_measured_stages(store) as stages:
        with bar(f"{data.name}: ingesting", len(events)) as advance:
            await ingesting.ingest(stages.ingest, events, advance)
        with bar(f"{data.name}: finding", len(data.questions)) as advance:
            found = await find_all(
                stages, data.questions, tenant=events[0].tenant, progress=advance
            )
    if not found:
        raise Misconfigured(f"{data.name}: no question with a reference answer found a passage")
    count = open_tokenizer(GeneratorSettings().llm).count
    with bar(f"{data.name}: compressing", len(found)) as advance:
        compressed = []
        for question, event in found:
            compressed.append(measure(event, question.answer or "", count))
            advance(1)
    left_out = len(data.questions) - len(found)
    return report.report(data.name, compressed, left_out=left_out)
