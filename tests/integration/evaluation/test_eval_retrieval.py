"""`ragline eval retrieval` over a real store; a second run embeds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ragline_cli.main import app

from .conftest import TOPICS


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
    assert first["degradations"]["rerank"] == {}  # by wording, which takes no model
    assert "| vector | 1.000 |" in (tmp_path / "first/report.md").read_text()

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
