"""`python -m tests.load.trace_overhead`: what traces cost, in processor time for each question.

One embedded stack, whose services export what is recorded. Rounds of questions take turns: none of
a round's questions is recorded, a tenth of them, or all. Only the services' own processor time
counts. Whatever else the machine does concerns all rounds alike.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from tests.e2e.conftest import Pipeline, running_pipeline

from ragline.contracts.topics import Service
from ragline_cli.bench.processor_time import processor_seconds
from ragline_cli.stack.state import StackKind

# which of a round's questions are recorded: every tenth, and so on
EVERY = {"none": 0, "tenth": 10, "all": 1}
DOCUMENTS = 4
SERVICES = {str(service) for service in Service} - {Service.INGESTOR}


def main(
    rounds: Annotated[int, typer.Option(help="of each kind")] = 12,
    questions: Annotated[int, typer.Option(help="in a round")] = 40,
) -> None:
    """Measure, and print milliseconds for each question and their ratios."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_pipeline(StackKind.EMBEDDED, Path(folder)) as pipeline,
    ):
        for number in range(DOCUMENTS):
            content = f"# Device {number}\n\nError E-{number} means that fuse {number} is blown.\n"
            pipeline.change(document_id=f"device-{number}.md", version=1, content=content)
        _round(pipeline, questions, every=0)  # what is done once is done before
        spent: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            for name, every in random.sample(list(EVERY.items()), len(EVERY)):
                spent[name].append(_round(pipeline, questions, every=every))
            typer.echo({name: round(took[-1], 2) for name, took in spent.items()}, err=True)
        spans = len(pipeline.traces.spans)
    told: dict[str, object] = {"rounds": rounds, "questions": questions, "spans": spans}
    for name, took in spent.items():
        ratios = [one / none for one, none in zip(took, spent["none"], strict=True)]
        told[name] = {
            "ms_each": round(statistics.mean(took), 2),
            "ratio_of_means": round(sum(took) / sum(spent["none"]), 4),
            "standard_error": round(statistics.stdev(ratios) / len(ratios) ** 0.5, 4),
        }
    typer.echo(json.dumps(told, indent=2))


def _round(pipeline: Pipeline, questions: int, *, every: int) -> float:
    """Ask questions, wait for their answers, and return the services' milliseconds for each."""
    parts = {name: of for name, of in pipeline.launcher.state.processes.items() if name in SERVICES}
    before = sum(processor_seconds(parts).values())
    asked = [str(uuid4()) for _ in range(questions)]
    for number, query_id in enumerate(asked):
        flags = "01" if every and number % every == 0 else "00"
        trace = f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-{flags}"
        question = {"query_id": query_id, "text": f"What does error E-{number % DOCUMENTS} mean?"}
        pipeline.publish("queries", question, key=query_id, headers=[("traceparent", trace)])
    for query_id in asked:
        pipeline.answer(query_id)
    return 1_000 * (sum(processor_seconds(parts).values()) - before) / questions


if __name__ == "__main__":
    typer.run(main)
