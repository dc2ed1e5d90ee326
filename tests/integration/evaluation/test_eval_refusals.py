"""`ragline eval refusals` over a real store: documents are removed, foreign questions refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from ragline_cli.main import app

from .conftest import write_beir


def test_questions_without_their_documents_are_told_from_others(
    beir: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    other = write_beir(
        tmp_path / "other", {"users": ("Who discovered the moons of Jupiter?", "Galileo Galilei")}
    )
    out = tmp_path / "out"
    weights = tmp_path / "weights.toml"
    command = [
        *("eval", "refusals", "--data", str(beir), "--data", str(other), "--out", str(out)),
        *("--neighbours", "2", "--weights", str(weights)),
    ]
    result = CliRunner().invoke(app, command, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    report = json.loads((out / "report.json").read_text())["sets"][beir.name]
    assert report["questions"]["complete"] == report["questions"]["unanswerable"] == 2
    assert report["questions"]["neighbours"] == 2
    assert report["refused"]["complete"] == 0.0
    assert report["refused"]["foreign"] == 1.0
    assert (out / "report.svg").exists()
    assert set(tomllib.loads(weights.read_text())) == {"weights", "support"}
