"""What an evaluation asks, and the documents that it asks about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ragline.contracts.documents import DocumentChanged

if TYPE_CHECKING:
    from ragline_evaluation.dataset import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Questions with judgements, and the documents as they will be ingested."""

    dataset: Dataset
    events: Sequence[DocumentChanged]


def read_material(
    data: Sequence[Path], documents: Sequence[Path], split: str, limit: int | None
) -> list[Material]:
    """Return each set with its documents; without `data` the questions are made from `documents`.

    Raises:
        Misconfigured: a file is missing or wrong.
        BadParameter: there are no documents.
    """
    from ragline_cli.evaluate.documents import events_of as events_of_files
    from ragline_cli.evaluate.documents import markdown_of
    from ragline_evaluation import dataset, ingesting
    from ragline_evaluation.retrieval import known_item

    files = events_of_files(documents) if documents else []
    if not data:
        if not files:
            raise typer.BadParameter("give --data DIR, or --documents DIR without labels")
        built = known_item.build(markdown_of(files), name=documents[0].name).first(limit)
        return [Material(dataset=built, events=ingesting.in_own_tenant(files, built.name))]
    found = []
    for each in data:
        read = dataset.read(each, split=split).first(limit)
        events = ingesting.events_of(read.documents) or files
        if not events:
            raise typer.BadParameter(f"{each} has no corpus.jsonl: give its files with --documents")
        found.append(Material(dataset=read, events=ingesting.in_own_tenant(events, read.name)))
    return found


def reference_material(limit: int | None) -> Material:
    """Return the Python language reference, and a question about the title of each document.

    Raises:
        Misconfigured: this Python was packaged without it.
    """
    from ragline_cli.bench.corpus import questions_about, title_of
    from ragline_cli.demo.corpus import python_reference
    from ragline_evaluation import ingesting
    from ragline_evaluation.dataset import Dataset, Question

    events = python_reference()
    texts = questions_about(map(title_of, events))
    dataset = Dataset(
        name="python-reference",
        documents=[],
        questions=[
            Question(_id=event.document_id, text=text)
            for event, text in zip(events, texts, strict=True)
        ],
        judgements={event.document_id: {event.document_id: 1} for event in events},
        origin="about the documents' titles, no labels",
    )
    return Material(
        dataset=dataset.first(limit), events=ingesting.in_own_tenant(events, dataset.name)
    )
