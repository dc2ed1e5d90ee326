"""The inner product of two sparse vectors is the score that BM25 gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores import sparse
from ragline.adapters.stores.bm25 import impact, weight
from ragline.adapters.stores.sparse import SparseVector, chunk_vector, question_vector, term_id

words = st.text(min_size=1, max_size=12)
bags = st.lists(st.sampled_from("abcdefgh") | words, max_size=60)
collections = st.lists(bags, min_size=1, max_size=8)


def bm25(question: Sequence[str], bag: Sequence[str], bags: Sequence[Sequence[str]]) -> float:
    """Return the score over postings, term by term."""
    count = Counter(bag)
    average = sum(map(len, bags)) / len(bags)
    return sum(
        weight(len(bags), sum(term in each for each in bags))
        * impact(count[term], len(bag), average)
        for term in dict.fromkeys(question)
        if term in count
    )


@given(collections, bags)
def test_the_inner_product_is_bm25(bags: list[list[str]], question: list[str]) -> None:
    average = max(sum(map(len, bags)) / len(bags), 1e-9)
    held = {term: sum(term in bag for bag in bags) for term in question}
    weights = {term: weight(len(bags), found) for term, found in held.items() if found}
    asked = question_vector(question, weights)
    for bag in bags:
        found = chunk_vector(bag, average=average).dot(asked)
        assert found == pytest.approx(bm25(question, bag, bags))


@given(bags, bags)
def test_a_chunk_is_found_exactly_by_the_terms_that_it_holds(
    bag: list[str], question: list[str]
) -> None:
    found = chunk_vector(bag).dot(question_vector(question))
    assert (found > 0) is not set(bag).isdisjoint(question)


@given(bags)
def test_what_stores_require_of_a_vector_holds(bag: list[str]) -> None:
    for vector in (chunk_vector(bag), question_vector(bag)):
        assert len(vector.indices) == len(vector.values) == len(set(bag))
        assert list(vector.indices) == sorted(set(vector.indices))
        assert all(0 <= index < 2**32 for index in vector.indices)
        assert all(0 < value < float("inf") for value in vector.values)
        assert bool(vector) is bool(bag)


@given(st.permutations("aabbbcdee"))
def test_the_order_of_words_does_not_matter(bag: list[str]) -> None:
    assert chunk_vector(bag) == chunk_vector(sorted(bag))
    assert question_vector(bag) == question_vector(sorted(bag))


def test_a_terms_dimension_never_changes() -> None:
    """Stored vectors hold it: another hash would need every collection to be made anew."""
    assert [term_id(term) for term in ("queue", "全文", "c++")] == [
        2_389_529_192,
        3_704_528_160,
        4_108_097_864,
    ]


def test_a_term_that_no_chunk_holds_is_left_out() -> None:
    assert question_vector(["known", "unknown"], {"known": 2.0}).values == (2.0,)
    assert question_vector(["unknown"], {}) == SparseVector()


def test_terms_that_share_a_dimension_count_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse, "term_id", lambda term: 7 if term in ("a", "b") else 8)
    assert chunk_vector(["a", "b", "c"], average=3.0) == SparseVector(
        (7, 8), (impact(2, 3, 3.0), impact(1, 3, 3.0))
    )
    assert question_vector(["a", "b", "c"], {"a": 1.0, "b": 3.0, "c": 2.0}) == SparseVector(
        (7, 8), (3.0, 2.0)
    )
