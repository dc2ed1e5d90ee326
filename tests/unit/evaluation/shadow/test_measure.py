"""How two answers to one question compare."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evaluation.shadow.pairs import answer, pair, refused

from ragline.contracts.answers import QueryAnswered
from ragline_evaluation.shadow.measure import compare

texts = st.text(max_size=30)
documents = st.lists(st.sampled_from("abcd"), max_size=4).map(tuple)
verdicts = st.lists(st.booleans(), max_size=4).map(tuple)
answers = st.builds(
    lambda text, cited, supported: answer(text, cited=cited, supported=supported),
    texts,
    documents,
    verdicts,
)


@given(answers)
def test_an_answer_does_not_differ_from_itself(one: QueryAnswered) -> None:
    compared = compare(pair(one, one))
    assert compared.distance == 0
    assert compared.answered is not None
    assert compared.answered.overlap == compared.answered.words == 1.0
    assert compared.answered.first
    assert compared.answered.text


@given(answers, answers)
def test_the_distance_is_the_same_both_ways_and_at_most_3(
    one: QueryAnswered, other: QueryAnswered
) -> None:
    there = compare(pair(one, other)).distance
    back = compare(pair(other, one)).distance
    assert abs(there - back) < 1e-9
    assert 0 <= there <= 3


def test_documents_are_compared_as_sets_and_the_first_source_apart() -> None:
    compared = compare(pair(answer(cited=("a", "b", "a")), answer(cited=("b", "a", "c"))))
    assert compared.answered is not None
    assert compared.answered.overlap == 2 / 3
    assert not compared.answered.first


def test_markers_are_no_words_but_another_text() -> None:
    compared = compare(pair(answer("Use x. [1]"), answer("Use x. [2]")))
    assert compared.answered is not None
    assert compared.answered.words == 1.0
    assert not compared.answered.text


def test_another_status_differs_most() -> None:
    changed = compare(pair(answer(), refused()))
    assert changed.answered is None
    assert changed.distance == 3.0


def test_refusals_differ_only_in_their_reason() -> None:
    assert compare(pair(refused("not_covered"), refused("not_covered"))).distance == 0
    assert compare(pair(refused("not_covered"), refused("no_passages"))).distance > 0
