"""From ratings to judgements: what is relevant, what is not, and what nobody can say."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from tests.unit.cli.feedback.conftest import answered, citation, judged_answer, rated

from ragline_cli.feedback.judgements import judge
from ragline_cli.feedback.rated_answers import RatedAnswer

VOTES = st.lists(
    st.tuples(
        st.sampled_from(["up", "down"]), st.sampled_from([None, 1, 2, 3]), st.sampled_from("abcd")
    ),
    unique_by=lambda vote: vote[1:],  # one rating of each user on each thing
    max_size=12,
)
ANSWERS = st.tuples(VOTES, VOTES).map(
    lambda both: [
        judged_answer(answered("q1", "a", "b"), *both[0]),
        judged_answer(answered("q2", "b", "c"), *both[1]),
    ]
)


@pytest.mark.parametrize(
    ("ratings", "relevance"),
    [
        ([("up", 1, "u")], {"a": 2}),
        ([("down", 1, "u")], {"a": 0}),
        ([("up", None, "u")], {"a": 1, "b": 1}),
        ([("up", None, "u"), ("down", 2, "u")], {"a": 1, "b": 0}),
        ([("up", None, "u"), ("up", 2, "v")], {"a": 1, "b": 2}),
        ([("down", None, "u")], {}),
        ([("down", None, "u"), ("up", 1, "u")], {"a": 2}),
        ([("up", 1, "u"), ("down", 1, "v"), ("down", 1, "w")], {"a": 0}),
        ([("up", None, "u"), ("down", None, "v")], {}),
    ],
)
def test_ratings_become_judgements(
    ratings: list[tuple[str, int | None, str]], relevance: dict[str, int]
) -> None:
    assert judge([judged_answer(answered("q", "a", "b"), *ratings)]).relevance == relevance


def test_a_tie_judges_nothing_although_a_good_answer_cites_the_document() -> None:
    judged = judge(
        [
            judged_answer(
                answered("q", "a", "b"), *[("up", None, "u"), ("up", 1, "v"), ("down", 1, "w")]
            )
        ]
    )
    assert judged.relevance == {"b": 1}
    assert judged.disputed == {"a"}


def test_a_citation_that_the_answer_does_not_have_is_counted() -> None:
    judged = judge([judged_answer(answered("q", "a"), ("up", 9, "u"))])
    assert (judged.relevance, judged.unknown_citations) == ({}, 1)


def test_of_two_passages_of_one_document_a_good_one_suffices_its_user() -> None:
    answer = answered("q", citations=[citation(1, "a"), citation(2, "a")])
    assert judge([judged_answer(answer, ("up", 1, "u"), ("down", 2, "u"))]).relevance == {"a": 2}


@examples(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_feedback_changes_nothing(answers: list[RatedAnswer], random: Random) -> None:
    shuffled = [
        replace(each, ratings=random.sample(list(each.ratings), len(each.ratings)))
        for each in answers
    ]
    random.shuffle(shuffled)
    assert judge(shuffled) == judge(answers)


@examples(ANSWERS)
def test_only_cited_documents_are_judged_and_never_those_in_dispute(
    answers: list[RatedAnswer],
) -> None:
    judged = judge(answers)
    assert judged.relevance.keys() <= {"a", "b", "c"}
    assert set(judged.relevance.values()) <= {0, 1, 2}
    assert not judged.disputed & judged.relevance.keys()


@examples(VOTES)
def test_the_opposite_ratings_of_citations_give_the_opposite_judgements(
    votes: list[tuple[str, int | None, str]],
) -> None:
    of_citations = [vote for vote in votes if vote[1] is not None]
    opposite = [("down" if vote == "up" else "up", *rest) for vote, *rest in of_citations]
    answer = answered("q", "a", "b", "c")
    one, other = (
        judge([RatedAnswer(answer=answer, ratings=rated(*each))])
        for each in (of_citations, opposite)
    )
    assert other.relevance == {document: 2 - found for document, found in one.relevance.items()}
    assert other.disputed == one.disputed


@examples(VOTES)
def test_bad_answers_alone_judge_nothing(votes: list[tuple[str, int | None, str]]) -> None:
    bad = [("down", None, user) for _, marker, user in votes if marker is None]
    assert judge([judged_answer(answered("q", "a"), *bad)]).relevance == {}
