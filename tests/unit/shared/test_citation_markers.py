"""What is a citation marker in an answer, and what is none."""

from __future__ import annotations

import pytest

from ragline.citation_markers import find_markers, text_between_markers, without_markers


def test_markers_in_code_are_code() -> None:
    text = "Take `a[1]` [2]."

    assert [(m.number, text[m.start : m.end]) for m in find_markers(text)] == [(2, "[2]")]
    assert without_markers(text) == "Take `a[1]` ."


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Press F9 [1]. Wait [2][1].", [1, 2, 1]),
        ("```\nx = y[2]\n``` [3]", [3]),
        ("``x`[9]`` [8]", [8]),
        ("A stray ` tick [1].", [1]),
        ("In [2024] and [x] and [].", []),
        ("", []),
    ],
)
def test_other_brackets_are_no_markers(text: str, numbers: list[int]) -> None:
    assert [marker.number for marker in find_markers(text)] == numbers


def test_markers_in_code_are_found_on_demand() -> None:
    found = find_markers("Take `a[1]` [2].", in_code=True)
    assert [marker.number for marker in found] == [1, 2]


@pytest.mark.parametrize(
    ("numbers", "pieces"),
    [(None, ["Press F9 ", ". Wait ", "", "."]), ({2}, ["Press F9 [1]. Wait ", "[1]."])],
)
def test_a_text_falls_apart_at_its_markers(numbers: set[int] | None, pieces: list[str]) -> None:
    assert text_between_markers("Press F9 [1]. Wait [2][1].", numbers=numbers) == pieces
