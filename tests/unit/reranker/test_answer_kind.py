"""A passage without a number or a name does not say when or who."""

from __future__ import annotations

import pytest

from ragline_reranker.answer_kind import may_hold_answer


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("When was the pump made?", "The pump was made in 1999.", True),
        ("When was the pump made?", "The pump was made long ago.", False),
        ("How many valves are there?", "There are 4 valves.", True),
        ("What year did it open?", "It opened last year.", False),
        ("Who made the pump?", "It was made by Ida Rhodes.", True),
        ("Who made the Pump?", "the Pump was made well.", False),
        ("What is a pump?", "a machine", True),
    ],
)
def test_names_and_numbers(question: str, text: str, held: bool) -> None:
    assert may_hold_answer(question, text) is held
