"""A tiny set in BEIR's format, and the settings of real stores."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

TOPICS = {
    "queues": "A queue keeps messages in the order in which publishers sent them.",
    "alarms": "A memory alarm blocks publishers until consumers have caught up.",
    "users": "Administrators add accounts and set passwords on the command line.",
}
QUESTIONS = {
    "queues": ("What keeps messages in order?", "A queue keeps messages in order."),
    "alarms": ("What blocks publishers?", "A memory alarm blocks publishers."),
}


def write_beir(folder: Path, questions: dict[str, tuple[str, str]]) -> Path:
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": name, "title": name, "text": text} for name, text in TOPICS.items()]
    queries = [
        {"_id": name, "text": text, "metadata": {"answer": answer}}
        for name, (text, answer) in questions.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels/dev.tsv").write_text("".join(f"{q}\t{q}\t1\n" for q in questions))
    return folder


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    return write_beir(tmp_path / f"tiny-{uuid4().hex[:8]}", QUESTIONS)  # gets its own tenant


@pytest.fixture
def environment(postgres_url: str, redis_url: str) -> dict[str, str]:
    return {
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        "RAGLINE_REDIS__URL": redis_url,
        "RAGLINE_RERANKER__MODEL": "off",
        "RAGLINE_EMBEDDING__WORKERS": "1",
    }
