"""A step by its place in the list."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import count_words, make_passage

from ragline.contracts.plan import Intent
from ragline_generator.extractive.draft import compose
from ragline_generator.passages.ranking import rank

STEPS = make_passage(
    "Baking bread\n\n1. Knead the dough.\n2. Let it rest.\n3. Heat the oven.\n4. Bake the loaf."
)
SAID = make_passage("After the oven is heated, the tin is greased.", chunk="c2", score=0.5)


def answer(question: str, *passages: object) -> str:
    read = [p for p in (STEPS, *passages) if isinstance(p, type(STEPS))]
    return compose(
        question, Intent.FACTUAL, read, rank(question, read), max_tokens=200, count=count_words
    ).text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What must be done after the oven is heated?", "- Bake the loaf. [1]"),
        ("What do I do once the dough is kneaded?", "- Let it rest. [1]"),
        ("After heating the oven, what comes next?", "- Bake the loaf. [1]"),
        ("What has to be done before the loaf is baked?", "- Heat the oven. [1]"),
        ("What is step 3 of baking bread?", "- Heat the oven. [1]"),
        ("What is the second step of baking bread?", "- Let it rest. [1]"),
        ("What is the last step of baking bread?", "- Bake the loaf. [1]"),
    ],
)
def test_the_step_at_this_place_is_given(question: str, text: str) -> None:
    assert answer(question) == text


@pytest.mark.parametrize(
    "question", ["What must be done after the loaf is baked?", "What is step 9 of baking bread?"]
)
def test_a_step_that_is_not_there_is_not_replaced(question: str) -> None:
    assert answer(question) == ""


def test_a_sentence_that_says_so_is_as_good() -> None:
    text = answer("What must be done after the oven is heated?", SAID)

    assert "the tin is greased" in text
