"""A question is asked again for what its passages do not hold, and otherwise not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reranker.passages import ACTION, GAME, GENRE, passage

from ragline.contracts import bounds
from ragline.contracts.hops import HopReason
from ragline_reranker.sufficiency import next_hop

PRICE = passage("pro", "Pro", "The Pro plan costs 9 EUR a month.")
TEXTS = st.text('abAB .?()"é', max_size=80)


def test_a_passage_with_the_words_and_the_kind_of_answer_suffices() -> None:
    assert next_hop("How much does the Pro plan cost a month?", [PRICE]) is None


def test_the_words_without_the_kind_of_answer_do_not() -> None:
    told = passage("a", "Pump", "The Pump was opened by Ida Rhodes on a sunny day.")
    assert next_hop("When was the pump opened?", [told]) is not None


def test_a_bridge_is_asked_with_what_is_still_open() -> None:
    hop = next_hop(GENRE, [GAME, ACTION])
    assert hop is not None
    assert hop.reason == HopReason.BRIDGE
    assert hop.queries[0] == "Dale Brown genre author behind known"
    assert hop.missing[0] == "Dale Brown"
    assert len(hop.queries) <= bounds.SUB_QUERIES


def test_of_several_questions_those_that_no_passage_speaks_of_are_asked() -> None:
    hop = next_hop("How much does Pro cost and how large may uploads be?", [PRICE])
    assert hop is not None
    assert (hop.reason, hop.queries) == (HopReason.PARTS, ("how large may uploads be?",))


def test_the_side_of_a_comparison_that_no_passage_is_about_is_asked() -> None:
    hop = next_hop("Which costs more, Pro or Team?", [PRICE])
    assert hop is not None
    assert hop.reason == HopReason.COMPARISON
    assert len(hop.queries) == 1
    assert "Team" in hop.queries[0]


def test_nothing_is_asked_twice_and_a_chain_goes_on_from_what_was_found_last() -> None:
    first = next_hop(GENRE, [GAME, ACTION])
    assert first is not None
    author = passage("brown", "Dale Brown", "Dale Brown writes thrillers like Silver Tower.", hop=1)
    second = next_hop(GENRE, [GAME, ACTION, author], hops=[first])
    assert second is not None
    assert not set(second.queries) & set(first.queries)
    assert "Silver Tower" in second.missing


def test_a_claim_and_words_to_look_up_name_no_unknown() -> None:
    assert next_hop("Dale Brown's genre is behind Act of War: Direct Action", [GAME]) is None
    assert next_hop("act of war author", [GAME]) is None


def test_without_passages_there_is_nothing_to_go_on_with() -> None:
    assert next_hop(GENRE, []) is None


@given(TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=3))
def test_a_look_is_always_within_its_bounds(question: str, texts: list[tuple[str, str]]) -> None:
    hop = next_hop(question, [passage(f"p{i}", *each) for i, each in enumerate(texts)])
    if hop is not None:
        assert 1 <= len(hop.queries) <= bounds.SUB_QUERIES
        assert all(hop.queries)
