"""Several questions in one text."""

from __future__ import annotations

import pytest

from ragline_generator.passages.question_parts import question_parts, speaks_of


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
