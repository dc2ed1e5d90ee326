"""The options that choose dead letters, on whatever command."""

from __future__ import annotations

from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.letter import LetterId
from ragline_cli.dead_letters.options import choosing

app = typer.Typer()
seen: list[tuple[str, LetterFilters, int]] = []


@app.command()
@choosing
def command(
    target: Annotated[str, typer.Argument()],
    filters: LetterFilters,
    *,
    limit: Annotated[int, typer.Option()] = 5,
) -> None:
    """Note what it is given."""
    seen.append((target, filters, limit))


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    seen.clear()


def test_a_command_gets_the_filters_beside_its_own_options() -> None:
    arguments = ["file", "1-42", "--topic", "queries", "--key", "a", "--key", "b"]
    result = CliRunner().invoke(app, [*arguments, "--limit", "7"])

    assert result.exit_code == 0
    [(target, filters, limit)] = seen
    assert (target, limit) == ("file", 7)
    assert filters.ids == frozenset({LetterId(1, 42)})
    assert (filters.topics, filters.keys) == (("queries",), ("a", "b"))


def test_a_filter_that_means_nothing_is_a_wrong_command_line() -> None:
    result = CliRunner().invoke(app, ["file", "--since", "yesterdayish"])

    assert result.exit_code == 2
    assert "is no time" in result.output
    assert seen == []
