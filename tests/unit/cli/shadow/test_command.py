"""`ragline shadow`: what it refuses before it connects to anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragline.errors import Misconfigured
from ragline_cli.errors import StackNotRunning
from ragline_cli.evaluate import installed
from ragline_cli.main import app

AT = ("--bootstrap", "k:1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "x", "--set", "RAGLINE_LLM__MODLE=y"), "RAGLINE_LLM__MODLE"),
        (("--name", "x", "--set", "RAGLINE_LLM__MODEL"), "NAME=VALUE"),
        (("--name", "x", "--collection", "no name"), "RAGLINE_VECTOR_STORE__COLLECTION"),
        (("--name", "x", "--model", "small"), "RAGLINE_LLM__BASE_URL"),
        (("--name", "x", "--plans", "nowhere.toml"), "nowhere.toml"),
        (("--name", "../x"), "cannot be used"),
        (("--name", "x", "--share", "0"), "--share"),
        ((), "--name"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, ["shadow", *arguments, *AT], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert said in result.output


def test_without_a_stack_the_error_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RAGLINE_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["shadow", "--name", "x"])
    assert isinstance(result.exception, StackNotRunning)


def test_without_the_services_code_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda _: None)
    result = CliRunner().invoke(app, ["shadow", "--name", "x"])
    assert isinstance(result.exception, Misconfigured)
    assert "`ragline shadow` runs the services' own code" in str(result.exception)
