"""Retrieval data in BEIR's format: documents, questions and relevance judgements.

Thakur et al., "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval
Models" (2021): `corpus.jsonl`, `queries.jsonl`, `qrels/<split>.tsv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ragline.contracts.media_types import PLAIN
from ragline.errors import Misconfigured

Judgements = Mapping[str, Mapping[str, int]]
"""Question id to document id to relevance; 0 is not relevant."""


class Document(BaseModel):
    """A row of `corpus.jsonl`; `metadata.media_type` is needed unless it is plain text.

    For a media type of null, the type is guessed from the id and the text, as the ingestor does.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(alias="_id", min_length=1)
    title: str = ""
    text: str
    metadata: Any = None

    @property
    def media_type(self) -> str | None:
        """The media type; plain text if none is stated."""
        stated = self.metadata if isinstance(self.metadata, dict) else {}
        media_type = stated.get("media_type", PLAIN)
        return media_type if isinstance(media_type, str | None) else PLAIN


class Question(BaseModel):
    """A row of `queries.jsonl`; `metadata.answer` is the reference answer, if there is one."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(alias="_id", min_length=1)
    text: str = Field(min_length=1)
    metadata: dict[str, Any] = Field(default_factory=dict)

    @property
    def answer(self) -> str | None:
        """The reference answer."""
        return self.metadata.get("answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Questions with judgements. `documents` is empty if they are files of the user.

    `origin` says where the judgements come from, for the report.
    """

    name: str
    documents: Sequence[Document]
    questions: Sequence[Question]
    judgements: Judgements
    origin: str

    def first(self, count: int | None) -> Dataset:
        """Return the data with its first `count` questions, and all documents."""
        return self if count is None else replace(self, questions=self.questions[:count])

    def relevant(self, question_id: str) -> frozenset[str]:
        """Return the documents that answer a question."""
        judged = self.judgements[question_id]
        return frozenset(document for document, relevance in judged.items() if relevance > 0)


Row = TypeVar("Row", bound=BaseModel)


def read(folder: Path, *, split: str) -> Dataset:
    """Read a folder; questions that `split` does not judge are left out.

    Raises:
        Misconfigured: a file is missing, or a line of it is wrong; names both.
    """
    judgements = _judgements(folder / "qrels" / f"{split}.tsv")
    questions = [q for q in rows(folder / "queries.jsonl", Question) if q.id in judgements]
    if not questions:
        raise Misconfigured(f"{folder}: no question of queries.jsonl is judged by split {split}")
    corpus = folder / "corpus.jsonl"
    return Dataset(
        name=folder.name,
        documents=list(rows(corpus, Document)) if corpus.exists() else [],
        questions=questions,
        judgements=judgements,
        origin=f"labels of {folder.name}/qrels/{split}.tsv",
    )


def rows(path: Path, model: type[Row]) -> Iterator[Row]:
    """Yield the rows of a JSON Lines file; empty lines are skipped.

    Raises:
        Misconfigured: no such file, or a wrong line, which it names.
    """
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield model.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"]))
                raise Misconfigured(f"{path}:{number}: {where} {first['msg']}") from error


def _judgements(path: Path) -> Judgements:
    judged: dict[str, dict[str, int]] = {}
    with _opened(path) as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
            if number == 1 and not row[-1].lstrip("-").isdigit():
                continue  # the heading
            try:
                question, document, relevance = row
                judged.setdefault(question, {})[document] = int(relevance)
            except ValueError as error:
                raise Misconfigured(
                    f"{path}:{number}: needs query-id, corpus-id and a whole number"
                ) from error
    return {question: found for question, found in judged.items() if any(found.values())}


def _opened(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8", newline="")
    except FileNotFoundError as error:
        splits = ", ".join(sorted(each.stem for each in path.parent.glob("*.tsv")))
        known = f" (there are: {splits})" if splits else ""
        raise Misconfigured(
            f"{path} is missing{known}: retrieval data has BEIR's form "
            "(corpus.jsonl, queries.jsonl, qrels/<split>.tsv)"
        ) from error
