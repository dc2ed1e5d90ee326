"""What the command line refuses before anything is read."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ragline.errors import Misconfigured
from ragline_cli.main import app


@pytest.mark.parametrize("options", [[], ["--all", "--document", "a.md"]])
def test_documents_or_all_must_be_said_and_not_both(options: list[str]) -> None:
    result = CliRunner().invoke(app, ["erase", *options])
    assert isinstance(result.exception, Misconfigured)
    assert "--document" in str(result.exception)
    assert "--all" in str(result.exception)


def test_a_negative_wait_is_refused() -> None:
    assert CliRunner().invoke(app, ["erase", "--all", "--wait-s", "-1"]).exit_code == 2
