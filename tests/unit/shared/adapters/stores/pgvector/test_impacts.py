"""Postings in 16-bit strings, and bounds of what they add to a score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.pgvector.buckets import MOST
from ragline.adapters.stores.pgvector.impacts import PackedPostings, bound, impacts

numbers = st.integers(1, MOST)
postings = st.lists(
    st.tuples(st.integers(0, MOST), numbers, numbers), unique_by=lambda each: each[0], max_size=30
)
averages = st.floats(1, 5_000)


@given(postings)
def test_what_is_packed_comes_back(given: list[tuple[int, int, int]]) -> None:
    packed = PackedPostings.of(given)
    assert len(packed) == len(given)
    columns = [each.tolist() for each in packed.numbers()]
    assert list(zip(*columns, strict=True)) == given


@given(postings, st.sets(st.integers(0, MOST)))
def test_removed_places_are_gone_and_the_others_stay(
    given: list[tuple[int, int, int]], gone: set[int]
) -> None:
    left = PackedPostings.of(given).without({*gone, *(place for place, _, _ in given[::2])})
    expected = [each for each in given[1::2] if each[0] not in gone]
    assert left == PackedPostings.of(expected)


def test_what_needs_more_than_16_bits_counts_as_the_most() -> None:
    _, frequencies, lengths = PackedPostings.of([(1, MOST + 7, 10**6)]).numbers()
    assert (frequencies.tolist(), lengths.tolist()) == ([MOST], [MOST])


@given(postings, averages, averages)
def test_a_peak_bounds_impacts_at_another_average_too(
    given: list[tuple[int, int, int]], then: float, now: float
) -> None:
    packed = PackedPostings.of(given)
    allowed = bound(packed.peak(then), then, now) * (1 + 1e-9)
    assert packed.peak(now) <= allowed


@given(postings, averages)
def test_an_impact_is_that_of_bm25(given: list[tuple[int, int, int]], average: float) -> None:
    _, frequencies, lengths = PackedPostings.of(given).numbers()
    for (_, frequency, length), found in zip(
        given, impacts(frequencies, lengths, average), strict=True
    ):
        norm = 1.2 * (0.25 + 0.75 * length / average)
        assert found == pytest.approx(frequency * 2.2 / (frequency + norm))
