"""What has no such thing."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import count_words, make_passage

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Passage
from ragline_generator.extractive.draft import compose
from ragline_generator.passages.ranking import rank

NORTH = make_passage("The north hut has a wood stove and hot water.", chunk="n", title="North hut")
SOUTH = make_passage("The south hut has a gas stove.", chunk="s", title="South hut", score=0.8)
WEST = make_passage("The west hut has no wood stove.", chunk="w", title="West hut", score=0.7)
TABLE = make_passage(
    "| Hut | Shower | Beds |\n|---|---|---|\n| North | yes | 4 |\n| South | no | 6 |", title="Huts"
)


def answer(question: str, *passages: Passage) -> str:
    return compose(
        question,
        Intent.FACTUAL,
        passages,
        rank(question, passages),
        max_tokens=99,
        count=count_words,
    ).text


def test_what_says_no_answers() -> None:
    text = answer("Which hut has no wood stove?", NORTH, SOUTH, WEST)

    assert text == "The west hut has no wood stove. [1]"


def test_else_what_has_something_else_instead() -> None:
    assert (
        answer("Which hut has no wood stove?", NORTH, SOUTH) == "The south hut has a gas stove. [1]"
    )


def test_the_one_that_has_it_does_not_answer() -> None:
    assert answer("Which hut has no hot water?", NORTH) == ""


def test_a_cell_may_say_no() -> None:
    assert answer("Which hut has no shower?", TABLE) == "- Hut: South; Shower: no; Beds: 6 [1]"


@pytest.mark.parametrize(
    "question",
    ["Which hut has a wood stove?", "What if the hut has no wood stove?", "Why is there no stove?"],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert "north hut" in answer(question, NORTH, SOUTH)


def test_a_row_that_shares_no_word_with_the_question_may_say_no() -> None:
    mills = make_passage("| mill | inspected |\n|---|---|\n| Rhea | yes |\n| Dione | no |")

    assert answer("Which mill is not inspected?", mills) == "- mill: Dione; inspected: no [1]"


def test_to_include_is_no_part_of_what_is_lacking() -> None:
    text = answer("Which hut does not include hot water?", NORTH, SOUTH)

    assert "north hut" not in text
