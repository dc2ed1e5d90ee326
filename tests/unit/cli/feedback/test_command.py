"""`ragline feedback` with a wrong command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragline.errors import Misconfigured
from ragline_cli.main import app

AT = ("--bootstrap", "k:1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "d", "--day", "2026-01-05", "--since", "2h"),
        ("export", "d", "--day", "soon"),
        ("export", "d", "--since", "soon"),
        ("export", "d", "--split", "../x"),
        ("list", "--since", "soon"),
        ("list", "--rating", "sideways"),
    ],
)
def test_what_cannot_be_meant_is_a_wrong_command_line(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, ["feedback", *arguments, *AT]).exit_code == 2


def test_a_folder_that_holds_something_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    result = CliRunner().invoke(app, ["feedback", "export", str(tmp_path), *AT])
    assert isinstance(result.exception, Misconfigured)
    assert "name a new or an empty folder" in str(result.exception)
