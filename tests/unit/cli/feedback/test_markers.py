"""Answers without their markers."""

from __future__ import annotations

import pytest

from ragline_cli.feedback.markers import without_markers


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Press F9 [1]. Wait [2][1].", "Press F9. Wait."),
        ("Use `a[1]` [1].", "Use `a[1]`."),
        ("```\nx = y[2]\n``` [2]", "```\nx = y[2]\n```"),
        ("Since [1984] and [3].", "Since [1984] and [3]."),
        ("A stray ` tick [1].", "A stray ` tick."),
        ("[1]", ""),
    ],
)
def test_markers_go_and_code_and_other_brackets_stay(text: str, plain: str) -> None:
    assert without_markers(text, {1, 2}) == plain
