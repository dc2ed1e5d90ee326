"""Sentences that say what a thing is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_generator.extractive.definitions import DEFINING, definition, things


def fits(question: str, sentence: str) -> float:
    return definition(things(question))(sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What is a hopper?", "In short, a hopper is a box that feeds a machine."),
        ("What is a hopper?", "Hopper: a box that feeds a machine."),
        ("What is a hopper?", "Such boxes are called hoppers and feed a machine."),
        ("What does the hopper do?", "The hopper feeds the machine."),
        ("What does the hopper do?", "The `hopper` setting feeds the machine."),
        ("What is the purpose of a hopper?", "A hopper is used to feed a machine."),
        ("What is a hopper?", "A small hopper (or box) is a part of the machine."),
    ],
)
def test_a_sentence_whose_subject_is_the_thing_defines_it(question: str, sentence: str) -> None:
    assert fits(question, sentence) > 1.2


@pytest.mark.parametrize(
    "sentence",
    [
        "The cleaning of hoppers is a duty of the night shift.",
        "If a hopper is a source of noise, call us.",
        "The hopper inspection plan is a list of dates.",
        "Machines have no place for a hopper.",
    ],
)
def test_a_sentence_about_something_else_does_not(sentence: str) -> None:
    assert fits("What is a hopper?", sentence) <= 1.0


def test_naming_its_kind_tells_more_than_its_state() -> None:
    kind = fits("What is a hopper?", "A hopper is a box that feeds a machine.")
    state = fits("What is a hopper?", "A hopper is always cleaned at night.")

    assert kind >= DEFINING > state


def test_both_sides_of_a_difference_are_defined() -> None:
    question = "What is the difference between a hopper and a feeder?"

    assert len(things(question)) == 2
    assert fits(question, "A feeder is a belt.") == fits(question, "A hopper is a box.") > 1.0


def test_a_question_with_many_words_is_no_question_for_a_definition() -> None:
    assert things("What is the reason that most machines stop after lunch?") == ()
    assert things("Where is the hopper?") == ()


@given(st.text(max_size=300))
def test_any_text_gets_a_factor(text: str) -> None:
    assert 0.0 < fits("What is a hopper?", text) < 2.0
