"""The first passages name what the question must be asked about next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reranker.passages import ACTION, GAME, GENRE, passage

from ragline.questions.terms import terms
from ragline_reranker.bridges import bridges

WORDS = st.text('abAB .(`_"é', max_size=60)


def test_a_name_in_a_sentence_with_words_of_the_question_comes_first() -> None:
    first, *_ = bridges(GENRE, [GAME, ACTION])
    assert first.name == "Dale Brown"
    assert first.query == "Dale Brown genre author behind known"


def test_what_the_question_names_is_no_bridge() -> None:
    names = {bridge.name for bridge in bridges(GENRE, [GAME, ACTION])}
    assert not names & {"Act of War", "Direct action", "Act of War: Direct Action"}


def test_the_title_of_a_passage_that_was_found_is_one_without_its_brackets() -> None:
    actor = passage("gross", "Paul Gross (actor)", "he played a constable in a series")
    (only,) = bridges("Who is the child of who played the constable?", [actor])
    assert only.name == "Paul Gross"


def test_only_the_best_passages_are_read() -> None:
    far = passage("far", "Far away", "the author of the story is Jane Austen.")
    assert all(each.name != "Jane Austen" for each in bridges(GENRE, [GAME, ACTION, far]))


@given(WORDS, st.lists(st.tuples(WORDS, WORDS), max_size=3))
def test_bridges_are_distinct_ordered_and_always_something_new(
    question: str, texts: list[tuple[str, str]]
) -> None:
    found = bridges(question, [passage(f"p{i}", *each) for i, each in enumerate(texts)])
    assert all(terms(each.name) - terms(question) for each in found)
    assert len({terms(each.name) for each in found}) == len(found)
    assert [each.weight for each in found] == sorted((e.weight for e in found), reverse=True)
