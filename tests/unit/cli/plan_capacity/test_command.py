"""`ragline plan-capacity`, as a person or a program calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragline.errors import Misconfigured
from ragline_cli.main import app

from .conftest import Reported, level


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("plan-capacity", *arguments), terminal_width=160)


@pytest.fixture
def file(reported: Reported, tmp_path: Path) -> str:
    path = tmp_path / "bench.json"
    report = reported(level(1, 10.0, 80.0), level(8, 30.0, 300.0))
    path.write_text(report.model_dump_json(), encoding="utf-8")
    return str(path)


def test_users_and_what_they_wait_between_questions_make_the_rate(file: str) -> None:
    found = run("--report", file, "--users", "600", "--seconds-between", "60", "--json")
    plan = json.loads(found.stdout)
    assert plan["target"]["per_second"] == 10
    assert plan["partitions"] == 24
    assert {part["part"] for part in plan["parts"]} >= {"retriever", "kafka", "store"}
    assert plan["tokens_in_a_month"] == 0


def test_people_get_tables(file: str) -> None:
    found = run("--report", file, "--model-seconds", "2", "--p95-ms", "5000", "--store", "chroma")
    assert found.exit_code == 0, found.output
    for words in ("retriever", "topic candidates", "not measured", "Tokens", "two cores"):
        assert words in found.stdout


def test_the_check_shows_forecast_beside_measurement(file: str) -> None:
    found = run("--report", file, "--check")
    assert "foretold/measured" in found.stdout.replace("\n", " ")
    assert "/30.0" in found.stdout


def test_without_a_report_the_projects_own_is_used() -> None:
    assert run("--json").exit_code == 0


def test_two_rates_are_one_too_many(file: str) -> None:
    found = run("--report", file, "--users", "1", "--questions-per-second", "2")
    assert found.exit_code == 2
    assert "not both" in found.stderr


def test_another_file_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("{}")
    error = run("--report", str(path)).exception
    assert isinstance(error, Misconfigured)
    assert "ragline bench" in str(error)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert isinstance(run("--report", str(tmp_path / "none.json")).exception, OSError)
