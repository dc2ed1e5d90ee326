"""What one term adds to a score."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.bm25 import BM25_K1, impact, weight

counts = st.integers(1, 10_000)
averages = st.floats(1, 5_000)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_weight_is_positive_and_rare_terms_weigh_more(chunks: int, found_in: int) -> None:
    assert weight(chunks, found_in) > 0
    assert weight(chunks, found_in) >= weight(chunks, found_in + 1)
    assert math.isfinite(weight(chunks, found_in))


@given(counts, counts, averages)
def test_an_impact_grows_with_the_frequency_and_is_bounded(
    frequency: int, length: int, average: float
) -> None:
    found = impact(frequency, length, average)
    assert 0 < found < impact(frequency + 1, length, average) < BM25_K1 + 1


@given(counts, counts, averages)
def test_a_longer_chunk_gains_less_from_a_term(frequency: int, length: int, average: float) -> None:
    assert impact(frequency, length + 1, average) < impact(frequency, length, average)
