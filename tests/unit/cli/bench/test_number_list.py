"""Lists of numbers on the command line."""

from __future__ import annotations

import pytest
import typer

from ragline_cli.bench.number_list import number_list


def test_numbers_keep_their_order() -> None:
    assert number_list("8,1, 32", "--in-flight") == (8, 1, 32)


@pytest.mark.parametrize("written", ["", "1,x"])
def test_what_is_no_list_is_told_how_to_write_one(written: str) -> None:
    with pytest.raises(typer.BadParameter, match="write --in-flight like 1,8,32"):
        number_list(written, "--in-flight")
