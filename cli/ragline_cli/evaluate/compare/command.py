"""`ragline eval compare`: Ragline beside Haystack, LangChain and LlamaIndex, in one run."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline_cli.bench.number_list import number_list
from ragline_cli.console import print_report
from ragline_cli.evaluate.material import Material, read_material, reference_material
from ragline_cli.evaluate.options import Limit, Split
from ragline_cli.evaluate.store import started_stack
from ragline_cli.stack.state import StackKind

if TYPE_CHECKING:
    from ragline_cli.evaluate.compare.comparison_plan import ComparisonPlan
    from ragline_evaluation.compare.passages import PassageFiles
    from ragline_evaluation.compare.report import ComparisonReport


def compare(
    *,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="BEIR form: corpus.jsonl, queries.jsonl, qrels/."),
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Files instead of corpus.jsonl. Without --data the questions are made from their "
            "headings and links; without both the Python language reference is asked about.",
        ),
    ] = None,
    split: Split = "dev",
    limit: Limit = None,
    in_flight: Annotated[
        str, typer.Option(help="Questions in flight, comma-separated.")
    ] = "1,8,32",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds at each number in flight.")] = 5,
    questions: Annotated[
        int, typer.Option(min=1, help="Questions to each system in a round, or twice in flight.")
    ] = 40,
    workers: Annotated[
        int, typer.Option(min=1, help="Questions that a peer works on at a time.")
    ] = os.cpu_count() or 1,
    threads: Annotated[int, typer.Option(min=1, help="A peer's threads of onnxruntime.")] = 1,
    depth: Annotated[int, typer.Option(min=1, help="A peer's passages of each search.")] = 40,
    stack: Annotated[
        StackKind, typer.Option(help="Ragline's store: PostgreSQL or Weaviate.")
    ] = StackKind.EMBEDDED,
    kafka: Annotated[bool, typer.Option(help="Also ask end to end over Kafka.")] = True,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/compare"
    ),
    root: Annotated[
        Path, typer.Option(help="The checkout, with the peers' programs and environments.")
    ] = Path(),
) -> None:
    """Compare rates, latencies, memory, start-up and nDCG@10 with other frameworks.

    `make compare` makes the frameworks' environments. Each system is asked in turn in every round.
    """
    from ragline_cli.evaluate.compare.comparison_plan import ComparisonPlan
    from ragline_cli.evaluate.compare.preparation import prepare
    from ragline_evaluation import writing
    from ragline_evaluation.compare import plot, report
    from ragline_evaluation.compare.peers import PEERS, PeerSettings, environment_of
    from ragline_evaluation.compare.rounds import RoundPlan

    root = root.absolute()
    for peer in PEERS:
        environment_of(peer, root)
    folder.mkdir(parents=True, exist_ok=True)
    material = _material(data, documents, split, limit)
    comparison = ComparisonPlan(
        material=material,
        plan=RoundPlan(
            in_flight=number_list(in_flight, "--in-flight"), rounds=rounds, questions=questions
        ),
        kind=stack,
        kafka=kafka,
        peers=PeerSettings(
            folder=folder.absolute() / material.events[0].tenant,
            workers=workers,
            threads=threads,
            depth=depth,
        ),
        root=root,
    )
    passages = prepare(comparison)
    found = _measure(comparison, passages)
    text = report.markdown(found)
    written = writing.write_report(folder, found.as_dict(), text, partial(plot.draw, found))
    print_report(text, written)


def _material(data: Path | None, documents: Path | None, split: str, limit: int | None) -> Material:
    if data is None and documents is None:
        return reference_material(limit)
    sets, folders = ([each] if each else [] for each in (data, documents))
    return read_material(sets, folders, split, limit)[0]


def _measure(comparison: ComparisonPlan, passages: PassageFiles) -> ComparisonReport:
    from ragline_cli.evaluate.compare.comparison_plan import NAME
    from ragline_cli.evaluate.compare.measurement import ask_all
    from ragline_cli.evaluate.compare.report import report

    begun = time.perf_counter()
    with started_stack(comparison.kind, NAME, pipeline=comparison.kafka) as launcher:
        os.environ.update(launcher.plan.addresses.environment())
        measured = asyncio.run(ask_all(comparison, passages, launcher, begun))
        return report(comparison, passages, measured, launcher)
