"""Scripts without spaces: their runs stand apart, and give characters and pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.unspaced import is_unspaced, pairs, pieces, runs, set_apart


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("AB-1234の交換周期は？", "AB-1234 の交換周期は ？"),
        ("第15条", " 第 15 条 "),
        ("ชั้น2", " ชั้น 2"),
        ("キー・バリュー", " キー ・ バリュー "),
        ("人々", " 人々 "),
        ("연차 휴가 ฿100", "연차 휴가 ฿100"),
    ],
)
def test_runs_stand_apart(text: str, apart: str) -> None:
    assert set_apart(text) == apart
    assert [text[start:end] for start, end in runs(text)] == [
        word for word in apart.split(" ") if is_unspaced(word)
    ]


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("年", ["年"]),
        ("年假", ["年", "假", "年假"]),
        ("の交換", ["交", "換", "の交", "交換"]),
        ("วันลา", ["วั", "ัน", "นล", "ลา"]),
    ],
)
def test_a_run_is_searched_by_its_chinese_characters_and_pairs(run: str, found: list[str]) -> None:
    assert pieces(run) == found


@given(st.text("年假の換วน", min_size=1))
def test_pairs_overlap_and_hold_the_whole_run(run: str) -> None:
    found = pairs(run)
    assert "".join([found[0], *(pair[1:] for pair in found[1:])]) == run
    assert set(found) <= set(pieces(run))
