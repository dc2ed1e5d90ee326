"""Selection: recency and the cap per document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.queries import Candidate
from ragline_retriever.selection import cap_per_document, weigh_recency

Make = Callable[..., Candidate]


def test_recency_halves_the_advantage_of_new_over_old(candidate: Make, now: datetime) -> None:
    ages = {"new": 0, "half-life": 30, "old": 3_650, "future": -5}
    dated = [candidate(n, updated_at=now - timedelta(days=d), fused=0.8) for n, d in ages.items()]
    undated = candidate("undated", fused=0.8)
    weighed = weigh_recency([*dated, undated], now=now, half_life_days=30)
    assert {c.chunk_id: c.fused for c in weighed} == pytest.approx(
        {"new": 0.8, "future": 0.8, "half-life": 0.6, "undated": 0.6, "old": 0.4}
    )
    assert [c.chunk_id for c in weighed] == ["future", "new", "half-life", "undated", "old"]


def test_without_a_half_life_age_does_not_matter(candidate: Make, now: datetime) -> None:
    old = candidate("old", updated_at=now - timedelta(days=9_999), fused=0.8)
    assert weigh_recency([old], now=now, half_life_days=None) == [old]


def test_an_old_document_that_alone_fits_stays_ahead(candidate: Make, now: datetime) -> None:
    old = candidate("old", updated_at=now - timedelta(days=9_999), fused=0.9)
    new = candidate("new", updated_at=now, fused=0.3)
    weighed = weigh_recency([old, new], now=now, half_life_days=7)
    assert [c.chunk_id for c in weighed] == ["old", "new"]


def test_the_cap_keeps_the_best_of_each_document(candidate: Make) -> None:
    candidates = [candidate(f"{doc}#{i}", ordinal=i) for i in range(3) for doc in "ab"]
    kept = cap_per_document(candidates, cap=2, at_least=0, most=9)
    assert [c.chunk_id for c in kept] == ["a#0", "b#0", "a#1", "b#1"]


def test_the_cap_gives_way_when_too_few_would_be_left(candidate: Make) -> None:
    candidates = [candidate("a#0"), candidate("a#1"), candidate("a#2"), candidate("b#0")]
    kept = cap_per_document(candidates, cap=1, at_least=3, most=9)
    assert [c.chunk_id for c in kept] == ["a#0", "a#1", "b#0"]


@given(
    documents=st.lists(st.sampled_from("abc"), max_size=20),
    cap=st.integers(1, 4),
    at_least=st.integers(0, 10),
    most=st.integers(0, 20),
)
def test_the_cap_keeps_order_and_never_leaves_too_few(
    documents: list[str], cap: int, at_least: int, most: int
) -> None:
    candidates = [
        Candidate(chunk_id=str(i), document_id=d, version=1, ordinal=i, text=str(i), start=0, end=1)
        for i, d in enumerate(documents)
    ]
    kept = cap_per_document(candidates, cap=cap, at_least=at_least, most=20)
    best = cap_per_document(candidates, cap=cap, at_least=at_least, most=most)
    assert best == kept[:most]
    places = [int(c.chunk_id) for c in kept]
    assert places == sorted(places)
    assert len(kept) >= min(at_least, len(candidates))
    if len(kept) > at_least:
        assert all(documents_kept <= cap for documents_kept in _counts(kept).values())


def test_the_cap_reads_no_more_candidates_than_it_needs(candidate: Make) -> None:
    candidates = iter([candidate("a#0"), candidate("a#1"), candidate("b#0"), candidate("c#0")])
    kept = cap_per_document(candidates, cap=1, at_least=1, most=2)
    assert [c.chunk_id for c in kept] == ["a#0", "b#0"]
    assert [c.chunk_id for c in candidates] == ["c#0"]


def _counts(candidates: list[Candidate]) -> dict[str, int]:
    ids = [c.document_id for c in candidates]
    return {i: ids.count(i) for i in ids}
