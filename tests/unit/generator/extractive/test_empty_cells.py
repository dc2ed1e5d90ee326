"""Cells without a value."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import count_words, make_passage

from ragline.contracts.plan import Intent
from ragline_generator.extractive.draft import compose
from ragline_generator.passages.ranking import rank

RAIN = make_passage(
    "| Month | Rain | Sun |\n|---|---|---|\n| May | 40 | 200 |\n| June | | 230 |\n| July | 55 | |"
)


def answer(question: str) -> str:
    return compose(
        question, Intent.FACTUAL, [RAIN], rank(question, [RAIN]), max_tokens=99, count=count_words
    ).text


@pytest.mark.parametrize("question", ["How much rain fell in June?", "How much sun was in July?"])
def test_nothing_stands_in_for_an_empty_cell(question: str) -> None:
    assert answer(question) == ""


def test_other_cells_of_its_row_answer() -> None:
    assert answer("How much sun was in June?") == "- Month: June; Sun: 230 [1]"
    assert answer("How much rain fell in July?") == "- Month: July; Rain: 55 [1]"
