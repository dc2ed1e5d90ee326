"""Round brackets without a partner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_generator.extractive.brackets import balanced


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("the default location). Nodes wait.", "the default location. Nodes wait."),
        ("Nodes (and plugins) wait.", "Nodes (and plugins) wait."),
        ("Nodes (and plugins wait.", "Nodes and plugins wait."),
        ("Levels (0-31) and films (31 of them, 1958–92) count.",) * 2,
        ("Do 1) this and b) that.",) * 2,
        ("Call `f(` first.",) * 2,
        ("Nothing here.",) * 2,
    ],
)
def test_a_bracket_needs_a_partner(text: str, left: str) -> None:
    assert balanced(text) == left


@given(st.text("ab ()", max_size=30))
def test_a_balanced_text_stays_so(text: str) -> None:
    once = balanced(text)

    assert balanced(once) == once
    assert once.replace("(", "").replace(")", "") == text.replace("(", "").replace(")", "")
