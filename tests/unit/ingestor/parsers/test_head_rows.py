"""Which rows name the columns, where the file does not say so."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.head_rows import is_head_row


@pytest.mark.parametrize(
    "rows",
    [
        [["Device", "Voltage", "Weight"], ["DX-5", "110 V", "3 kg"]],
        [["Item", "Value"], ["Budget", "420,000 EUR"]],
        [["", "Q1", "Q2"], ["Basalt", "100", "120"]],
        [["Room", "Floor", "Use"], ["Oberon", "3", ""]],
    ],
)
def test_names_above_what_they_name(rows: list[list[str]]) -> None:
    assert is_head_row(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["Device", "Voltage"]],
        [["Name", "Ana Duarte"], ["Phone", "4411"], ["Desk", "near the window"]],
        [["DX-5", "110 V", "3 kg"], ["DX-7", "230 V", "5 kg"]],
        [["", "", "Total"], ["a", "b", "3"]],
    ],
)
def test_pairs_and_rows_like_the_others_name_nothing(rows: list[list[str]]) -> None:
    assert not is_head_row(rows)
