"""Units that only say where something is told."""

from __future__ import annotations

import pytest

from ragline.questions.terms import terms
from ragline_generator.extractive.pointers import directness

ASKED = terms("How can clients determine that they are blocked?")


@pytest.mark.parametrize(
    "text",
    [
        "How blocked clients are determined is covered in the guide on alarms.",
        "Refer to the guide on alarms.",
        "This section describes how clients are blocked.",
        "To learn more about blocked clients, see the guide.",
    ],
)
def test_a_pointer_counts_less_than_what_it_points_to(text: str) -> None:
    assert 0 < directness(text, ASKED) < 1


def test_a_line_of_contents_in_the_words_of_the_question_tells_nothing() -> None:
    assert directness("- How clients determine if they are blocked", ASKED) == 0


@pytest.mark.parametrize(
    "text",
    [
        "Clients are blocked when memory is short.",
        "How clients determine that they are blocked depends on the library.",
        "- When memory is short, clients are blocked",
        "",
    ],
)
def test_a_statement_tells_something(text: str) -> None:
    assert directness(text, ASKED) == 1
