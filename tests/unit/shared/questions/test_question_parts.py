"""Several questions in one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.questions.question_parts import in_context, question_parts, speaks_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How much is Basic? Where are refunds possible?",
         ("How much is Basic?", "Where are refunds possible?")),
        ("What does Pro cost and how large may uploads be?",
         ("What does Pro cost", "how large may uploads be?")),
        ("Was kostet es und wo gibt es das Formular?",
         ("Was kostet es", "wo gibt es das Formular?")),
        ("What is the difference between A and B?", ("What is the difference between A and B?",)),
        ("Where is it? Please answer.", ("Where is it? Please answer.",)),
        ("How long is it? How long is it?", ("How long is it? How long is it?",)),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_it_clearly_asks_anew(text: str, parts: tuple[str, ...]) -> None:
    assert question_parts(text) == parts


def test_a_text_speaks_of_a_question_by_a_term_that_no_other_has() -> None:
    cost, size = "What does Pro cost?", "How large may uploads to Pro be?"
    assert speaks_of(cost, [size], text="Pro costs 9 EUR.")
    assert not speaks_of(size, [cost], text="Pro costs 9 EUR.")
    assert not speaks_of(cost, [cost], text="Pro costs 9 EUR.")


def test_a_question_that_points_back_is_read_behind_the_one_before() -> None:
    parts = ("What are the two plans", "how do they differ?", "who sells bread?")

    assert in_context(parts) == (
        "What are the two plans",
        "What are the two plans how do they differ?",
        "who sells bread?",
    )


@given(st.lists(st.text(max_size=30), max_size=4))
def test_each_question_stays_in_its_context(parts: list[str]) -> None:
    found = in_context(parts)

    assert len(found) == len(parts)
    assert all(context.endswith(part) for context, part in zip(found, parts, strict=True))
