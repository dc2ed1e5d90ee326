"""`ragline eval retrieval` over a real store; a second run embeds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ragline_cli.main import app

TOPICS = {
    "queues": "A queue keeps messages in the order in which publishers sent them.",
    "alarms": "A memory alarm blocks publishers until consumers have caught up.",
    "users": "Administrators add accounts and set passwords on the command line.",
}
QUESTIONS = {"queues": "what keeps messages in order?", "alarms": "why are publishers blocked?"}


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": name, "title": name, "text": text} for name, text in TOPICS.items()]
    queries = [{"_id": name, "text": text} for name, text in QUESTIONS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels/dev.tsv").write_text("".join(f"{q}\t{q}\t1\n" for q in QUESTIONS))
    return folder


@pytest.fixture
def environment(postgres_url: str, redis_url: str) -> dict[str, str]:
    return {
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        "RAGLINE_REDIS__URL": redis_url,
        "RAGLINE_RERANKER__MODEL": "off",
    }


def run(arguments: list[str], environment: dict[str, str], out: Path) -> dict[str, Any]:
    command = ["eval", "retrieval", *arguments, "--out", str(out)]
    result = CliRunner().invoke(app, command, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert (out / "report.svg").read_text().startswith("<?xml")
    report: dict[str, Any] = json.loads((out / "report.json").read_text())
    return report


def test_labelled_data(beir: Path, environment: dict[str, str], tmp_path: Path) -> None:
    first = run(["--data", str(beir)], environment, tmp_path / "first")
    assert first["ingest"]["outcomes"] == {"indexed": 3}
    assert first["results"]["balanced"]["nDCG@10"] == 1.0
    assert first["results"]["vector"]["searches"] == 1.0
    assert first["results"]["rerank"]["passages_read"] == 0
    assert first["degradations"]["rerank"] == {"rerank_skipped": 2}  # no model, and it says so
    assert "| vector: embeddings alone | 1.000 |" in (tmp_path / "first/report.md").read_text()

    second = run(["--data", str(beir), "--configs", "keyword"], environment, tmp_path / "second")
    assert second["ingest"]["outcomes"] == {"unchanged": 3}
    assert second["ingest"]["embedded"] == 0
    assert list(second["results"]) == ["keyword"]


def test_own_documents_without_labels(environment: dict[str, str], tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in TOPICS.items():
        (docs / f"{name}.md").write_text(f"# All about {name}\n\n{text}\n")
    found = run(["--documents", str(docs)], environment, tmp_path / "out")
    assert found["questions"] == 3
    assert "no labels" in found["origin"]
    assert found["results"]["keyword"]["MRR@10"] == 1.0


def test_nothing_to_measure_is_a_wrong_command_line(environment: dict[str, str]) -> None:
    result = CliRunner().invoke(app, ["eval", "retrieval"], env=environment)
    assert result.exit_code == 2
    assert "give --data DIR" in " ".join(result.output.split())
