"""The sides of a comparison."""

from __future__ import annotations

import pytest

from ragline.questions.comparison import alternatives, compared


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Compare the weight of Alpha and Beta", ("weight of Alpha", "weight of Beta")),
        (
            "What is the difference in price between Alpha and Beta?",
            ("price of Alpha", "price of Beta"),
        ),
        ("How does Alpha differ from Beta?", ("Alpha", "Beta")),
        ("Alpha vs. Beta", ("Alpha", "Beta")),
        ("Was ist der Unterschied zwischen Alpha und Beta?", ("Alpha", "Beta")),
    ],
)
def test_both_sides_are_questions(question: str, sides: tuple[str, str]) -> None:
    assert compared(question) == sides


@pytest.mark.parametrize(
    "question",
    [
        "What does Alpha cost?",
        "How do I compare files?",
        "What is the difference between the large models of last year and a small new model?",
    ],
)
def test_other_questions_have_none(question: str) -> None:
    assert compared(question) is None


def test_two_things_of_which_one_is_wanted_are_alternatives() -> None:
    assert alternatives("Which has more storage, Alpha or Beta?") == (
        "storage of Alpha",
        "storage of Beta",
    )
    assert alternatives("Which has more storage?") is None
