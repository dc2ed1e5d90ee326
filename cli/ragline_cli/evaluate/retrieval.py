"""`ragline eval retrieval`: how well documents are found, configuration by configuration."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.contracts.documents import DocumentChanged
from ragline_cli.connection import SearchedIndexName
from ragline_cli.console import print_report
from ragline_cli.evaluate.material import Material, read_material
from ragline_cli.evaluate.measured_stages import open_measured_stages
from ragline_cli.evaluate.options import Hops, Limit, Split, Stack
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import EvaluationStore, evaluation_store

if TYPE_CHECKING:
    from ragline_evaluation.retrieval.configurations import Configuration
    from ragline_evaluation.retrieval.report import Report


def retrieval(
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="BEIR form: corpus.jsonl, queries.jsonl, qrels/; repeatable."
        ),
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Files instead of corpus.jsonl. Without --data the questions are made from their "
            "headings and links.",
        ),
    ] = None,
    split: Split = "dev",
    limit: Limit = None,
    configs: Annotated[
        str, typer.Option(help="Configurations to measure, comma-separated; all when empty.")
    ] = "",
    depth: Annotated[
        int | None, typer.Option(min=1, max=200, help="Candidates; default: as in each plan.")
    ] = None,
    hops: Hops = None,
    stack: Stack = None,
    index: SearchedIndexName = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/retrieval"
    ),
) -> None:
    """Measure nDCG@10, recall, MRR, cost: bm25s, keyword, vector, hybrid, plan, rerank, hops.

    Documents are ingested by the ingestor's own code into a separate tenant, and removed from a
    store that was not started for this.
    """
    from ragline_evaluation import writing
    from ragline_evaluation.retrieval import configurations, plot, report

    chosen = configurations.choose([name for name in configs.split(",") if name])
    material = read_material(data or [], documents or [], split, limit)
    with evaluation_store(stack, index) as store:
        reports = [asyncio.run(_measure(each, chosen, depth, hops, store)) for each in material]
    text = "\n".join(report.markdown(each) for each in reports)
    written = writing.write_report(folder, _as_dict(reports), text, partial(plot.draw, reports))
    print_report(text, written)


def _as_dict(reports: Sequence[Report]) -> dict[str, object]:
    """Return a single report unchanged, several reports under `sets`."""
    if len(reports) == 1:
        return reports[0].as_dict()
    return {"sets": {each.dataset: each.as_dict() for each in reports}}


async def _measure(
    material: Material,
    chosen: Sequence[Configuration],
    depth: int | None,
    hops: int | None,
    store: EvaluationStore,
) -> Report:
    from ragline_evaluation import ingesting
    from ragline_evaluation.retrieval import measure, report

    data = material.dataset
    reference = _reference(material.events) if any(c.plan is None for c in chosen) else None
    async with open_measured_stages(store) as stages:
        with bar(f"{data.name}: ingesting", len(material.events)) as advance:
            ingested = await ingesting.ingest(stages.ingest, material.events, advance)
        with bar(f"{data.name}: asking", len(data.questions)) as advance:
            asked = await measure.ask_all(
                stages,
                data.questions,
                chosen,
                tenant=material.events[0].tenant,
                depth=depth,
                hops=hops,
                progress=advance,
                reference=reference,
            )
    return report.report(data, asked, ingested, store=store.kind)


def _reference(events: Sequence[DocumentChanged]) -> Callable[[str], list[str]]:
    from ragline_evaluation.retrieval.reference import ReferenceBM25

    return ReferenceBM25(events).search
