"""`ragline eval` where the evaluation is not installed, as in the command line's image."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ragline.errors import Misconfigured
from ragline_cli.evaluate import installed
from ragline_cli.main import app


def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda _: None)
    result = CliRunner().invoke(app, ["eval", "intent", "--data", "any.jsonl"])
    assert isinstance(result.exception, Misconfigured)
    assert "ragline-evaluation" in str(result.exception)


def test_every_kind_has_its_help() -> None:
    kinds = (
        *("retrieval", "intent", "conversations", "answers", "compression", "validation"),
        *("refusals", "compare"),
    )
    for kind in kinds:
        result = CliRunner().invoke(app, ["eval", kind, "--help"])
        assert result.exit_code == 0
        assert "--data" in result.output
