"""An evaluation set as files, in the form that `ragline eval --data` reads (BEIR's)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ragline.contracts.media_types import PLAIN
from ragline_cli.feedback.counts import Counts
from ragline_cli.feedback.disclosure import Disclosure, Holding
from ragline_cli.feedback.evaluation_set import EvaluationSet
from ragline_cli.feedback.folder import MARK
from ragline_cli.kafka.extent import OnProgress


def write_set(
    folder: Path,
    made: EvaluationSet,
    disclosure: Disclosure,
    *,
    split: str,
    on_progress: OnProgress,
) -> None:
    """Write corpus, questions, judgements and rejected answers into an empty folder."""
    _write_corpus(folder / "corpus.jsonl", disclosure, on_progress)
    _write_rows(folder / "queries.jsonl", made.queries)
    _write_rows(folder / "rejected.jsonl", made.rejected)
    (folder / "qrels").mkdir()
    _write_judgements(folder / "qrels" / f"{split}.tsv", made.judgements)


def write_mark(folder: Path, report: Mapping[str, Any]) -> None:
    """Write what the set was made from; this file marks the folder as an export."""
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (folder / MARK).write_text(text + "\n", encoding="utf-8")


def count_documents(disclosure: Disclosure, counts: Counts) -> None:
    """Count the documents in the corpus, and those left out."""
    for document_id in disclosure.documents:
        holding = disclosure.holding(document_id)
        if holding is not Holding.GONE:
            counts["documents"][holding] += 1


def _write_corpus(path: Path, disclosure: Disclosure, on_progress: OnProgress) -> None:
    entries = disclosure.documents.entries
    with path.open("wb") as file:
        for done, document_id in enumerate(disclosure.documents, start=1):
            holding = disclosure.holding(document_id)
            if holding is Holding.INLINE:
                file.write(disclosure.documents.row(entries[document_id]) + b"\n")
            elif holding is Holding.QUOTED:
                file.write(_quoted_row(document_id, disclosure) + b"\n")
            on_progress("writing documents", done, len(entries))


def _quoted_row(document_id: str, disclosure: Disclosure) -> bytes:
    row = {
        "_id": document_id,
        "title": disclosure.documents.entries[document_id].title,
        "text": disclosure.quoted[document_id],
        "metadata": {"media_type": PLAIN},
    }
    return json.dumps(row, ensure_ascii=False).encode()


def _write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_judgements(path: Path, judgements: Mapping[str, Mapping[str, int]]) -> None:
    # the csv dialect of the reader, because an id may begin with a quotation mark
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["query-id", "corpus-id", "score"])
        for query_id, judged in sorted(judgements.items()):
            for document_id, relevance in sorted(judged.items()):
                writer.writerow([query_id, document_id, relevance])
