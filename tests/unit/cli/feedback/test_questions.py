"""Questions that were asked more than once are one, with all its answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from tests.unit.cli.feedback.conftest import NOW, answered, judged_answer

from ragline_cli.feedback.questions import merge, normalised
from ragline_cli.feedback.rated_answers import RatedAnswer


@pytest.mark.parametrize(
    "text", ["How is it done?", "how is  it\ndone", " HOW IS IT DONE ?!", "How is it done"]
)
def test_case_spaces_and_final_punctuation_make_no_other_question(text: str) -> None:
    assert normalised(text) == "how is it done"


def test_what_is_only_punctuation_stays_itself() -> None:
    assert normalised("?!") == "?!"
    assert normalised("C") != normalised("C++")


def test_the_best_rated_answer_names_the_question() -> None:
    answers = [
        judged_answer(answered("first", standalone_text="Why?"), ("down", None, "u")),
        judged_answer(answered("good", standalone_text="why"), ("up", None, "u")),
        judged_answer(answered("other", standalone_text="How?")),
    ]
    assert [(question.id, question.text) for question in merge(answers)] == [
        ("good", "why"),
        ("other", "How?"),
    ]


def test_of_equally_rated_answers_the_oldest_names_it() -> None:
    late = answered("a", standalone_text="Why?")
    early = answered("b", standalone_text="Why?", answered_at=NOW - timedelta(days=2))
    assert [question.id for question in merge([judged_answer(late), judged_answer(early)])] == ["b"]


@pytest.mark.parametrize("text", [None, " ", "x" * 8_193])
def test_an_answer_that_does_not_say_what_was_asked_is_left_out(text: str | None) -> None:
    assert merge([judged_answer(answered(standalone_text=text))]) == []


@examples(st.permutations([answered(str(n), standalone_text=f"Q{n % 3}?") for n in range(6)]))
def test_the_order_of_answers_changes_nothing(found: list[object]) -> None:
    answers = [RatedAnswer(answer=answer, ratings=()) for answer in found]  # type: ignore[arg-type]
    assert [question.id for question in merge(answers)] == ["0", "1", "2"]
