"""The word that differs is the question."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import make_passage

from ragline.contracts.plan import SearchKind
from ragline_generator.passages.ranking import Ranking
from ragline_generator.refusal.modifiers import other_kinds, told_apart

ANNUAL = make_passage(
    "Every employee has 28 days of annual leave. Leave is requested in the portal.",
    title="Annual leave",
)


@pytest.mark.parametrize(
    "question",
    ["How long is parental leave?", "parental leave", "How many days of sick-leave do I have?"],
)
def test_a_passage_about_another_kind_of_the_thing_is_no_answer(question: str) -> None:
    assert other_kinds(question, [ANNUAL]).passages == {0}


@pytest.mark.parametrize(
    "question",
    [
        "How long is annual leave?",
        "How do I request leave?",
        "What is the maximum leave?",
        "How many days of leave do I have?",
    ],
)
def test_a_question_without_another_kind_keeps_it(question: str) -> None:
    assert other_kinds(question, [ANNUAL]).passages == frozenset()


def test_the_questions_own_kind_in_any_passage_leaves_the_choice_to_the_ranking() -> None:
    parental = make_passage("Parental leave is three years.", chunk="c2")

    assert not other_kinds("How long is parental leave?", [ANNUAL, parental]).passages


def test_a_passage_without_the_other_kind_stays() -> None:
    plain = make_passage("Leave is requested in the portal.", chunk="c2")
    found = other_kinds("How long is parental leave?", [plain, ANNUAL])

    assert found.passages == {1}
    assert found.asked == ("parental",)


def test_a_passage_with_nearly_the_questions_vector_says_it_in_other_words() -> None:
    near = ANNUAL.model_copy(update={"scores": {SearchKind.VECTOR: 0.8}})

    assert not other_kinds("How long is yearly leave?", [near]).passages


def test_in_a_long_question_the_words_around_say_what_is_asked_for() -> None:
    long = "How long is parental leave for employees of the Berlin office with two children?"

    assert not other_kinds(long, [ANNUAL]).passages


def test_of_a_thing_that_is_only_told_apart_nothing_is_said() -> None:
    yard = make_passage("Boats lie in the harbour. Electric cranes are repaired in hall 5.")
    question = "Where are electric boats repaired?"

    assert told_apart(question, [yard], Ranking(question, [yard])) == ("electric",)


def test_a_sentence_that_has_both_words_tells_of_it() -> None:
    yard = make_passage("Boats that are electric lie here. Electric cranes are repaired in hall 5.")
    question = "Where are electric boats repaired?"

    assert told_apart(question, [yard], Ranking(question, [yard])) == ()
