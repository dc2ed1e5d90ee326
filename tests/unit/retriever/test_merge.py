"""Merging: each chunk once, one version a document, the same order every time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline_retriever.merge import best_first, merge, support

Make = Callable[..., Candidate]
VECTOR, KEYWORD = SearchKind.VECTOR, SearchKind.KEYWORD
WEIGHTS = {VECTOR: 0.5, KEYWORD: 0.5}


def test_a_chunk_found_twice_comes_once_with_both_scores(candidate: Make) -> None:
    found = {
        VECTOR: [candidate("a#0", scores={VECTOR: 0.8}), candidate("b#0", scores={VECTOR: 0.2})],
        KEYWORD: [candidate("a#0", scores={KEYWORD: 5.0})],
    }
    first, second = merge(found, WEIGHTS, method="score")
    assert (first.chunk_id, first.scores) == ("a#0", {VECTOR: 0.8, KEYWORD: 5.0})
    assert first.fused == pytest.approx(1.0)
    assert (second.chunk_id, second.fused) == ("b#0", 0.0)


def test_a_change_between_two_searches_shows_one_version_only(candidate: Make) -> None:
    found = {
        VECTOR: [candidate("a@1", document_id="a", version=1, scores={VECTOR: 0.9})],
        KEYWORD: [
            candidate("a@2", document_id="a", version=2, scores={KEYWORD: 3.0}),
            candidate("b@1", document_id="b", version=1, scores={KEYWORD: 2.0}),
        ],
    }
    assert [c.chunk_id for c in merge(found, WEIGHTS, method="rrf")] == ["a@2", "b@1"]


def test_equal_candidates_come_in_reading_order_whatever_the_input(candidate: Make) -> None:
    tied = [
        candidate("x", document_id="a", ordinal=1, fused=0.5),
        candidate("y", document_id="a", ordinal=0, fused=0.5),
        candidate("z", document_id="b", ordinal=0, fused=0.5),
    ]
    orders = {tuple(c.chunk_id for c in best_first(p)) for p in permutations(tied)}
    assert orders == {("y", "x", "z")}


def test_nothing_found_is_an_empty_list() -> None:
    assert merge({VECTOR: [], KEYWORD: []}, WEIGHTS, method="score") == []


def test_other_passages_of_a_document_speak_for_it(candidate: Make) -> None:
    alone = candidate("a#0", fused=0.8)
    three = [candidate(f"b#{n}", fused=f, ordinal=n) for n, f in enumerate([0.7, 0.6, 0.5, 0.4])]
    found = support([alone, *three], weight=0.3)
    # 0.8 / 1.6 stays behind (0.7 + 0.3 * (0.6 + 0.5)) / 1.6; the fourth adds nothing
    assert [c.chunk_id for c in found] == ["b#0", "b#1", "b#2", "a#0", "b#3"]
    assert found[0].fused == pytest.approx(1.03 / 1.6)
    assert found[3].fused == pytest.approx(0.5)


def test_without_a_weight_documents_do_not_matter(candidate: Make) -> None:
    found = [candidate("a#0", fused=0.8), candidate("b#0", fused=0.7)]
    assert support(found, weight=0) == found


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), max_size=12), st.floats(0, 1))
def test_support_keeps_the_order_within_a_document_and_the_range(
    passages: list[tuple[str, float]], weight: float
) -> None:
    found = best_first(
        Candidate(
            chunk_id=f"{d}#{i}",
            document_id=d,
            version=1,
            ordinal=i,
            text="",
            start=0,
            end=1,
            fused=f,
        )
        for i, (d, f) in enumerate(passages)
    )
    relevance = {c.chunk_id: c.fused for c in found}
    supported = support(found, weight=weight)
    assert all(0 <= c.fused <= 1 for c in supported)
    for document in "abc":
        order = [relevance[c.chunk_id] for c in supported if c.document_id == document]
        assert order == pytest.approx(sorted(order, reverse=True), abs=1e-9)
