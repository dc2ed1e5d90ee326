"""Merging: each chunk once, one version a document, the same order every time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from ragline.contracts.queries import Candidate, SearchKind
from ragline_retriever.merging import best_first, merge

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
