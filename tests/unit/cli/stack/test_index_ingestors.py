"""Which indexes of a stack have an ingestor, from one start to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline_cli.stack.index_ingestors import (
    IndexIngestor,
    forget_indexes,
    want_indexes,
    wanted_indexes,
)


def test_a_stack_that_was_never_told_fills_the_base(tmp_path: Path) -> None:
    assert wanted_indexes(tmp_path) == ("base",)


def test_what_was_told_is_kept_until_it_is_forgotten(tmp_path: Path) -> None:
    want_indexes(tmp_path, ["base", "new"])
    assert wanted_indexes(tmp_path) == ("base", "new")
    want_indexes(tmp_path, ["new"])
    assert wanted_indexes(tmp_path) == ("new",)
    forget_indexes(tmp_path)
    assert wanted_indexes(tmp_path) == ("base",)


def test_a_file_that_cannot_be_read_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "ingestors.json").write_text("{")
    assert wanted_indexes(tmp_path) == ("base",)


@pytest.mark.parametrize("nice", ["/usr/bin/nice", None])
def test_an_index_is_filled_at_a_lower_priority_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nice: str | None
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: nice)
    command = IndexIngestor("new", tmp_path, addresses={}, logs=tmp_path).command()
    assert command.env["RAGLINE_INGESTOR__INDEX"] == "new"
    assert (command.argv[0] == nice) is (nice is not None)
    assert command.argv[-1] == "ragline_ingestor"
