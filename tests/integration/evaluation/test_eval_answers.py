"""`ragline eval answers` over a real store: what is answered, cited and refused."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from ragline_cli.main import app

from .conftest import write_beir


def test_answers_are_right_and_cited_and_hopeless_questions_refused(
    beir: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    other = write_beir(
        tmp_path / "other", {"users": ("Who discovered the moons of Jupiter?", "Galileo Galilei")}
    )
    out = tmp_path / "out"
    command = ["eval", "answers", "--data", str(beir), "--unanswerable", str(other)]
    result = CliRunner().invoke(
        app, [*command, "--out", str(out)], env=environment, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    report = json.loads((out / "report.json").read_text())
    assert report["statuses"] == {"answered": 2, "refused": 1}
    assert report["results"]["citation_recall"] == 1.0
    assert report["results"]["token_recall"] > 0.8
    assert report["results"]["refused_unanswerable"] == 1.0
    assert report["judge"] is None
    assert report["models"] == {"extractive": 2}
