from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from ragline_cli.figures import percentile

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=50)


def test_nothing_measured_has_no_percentile() -> None:
    assert percentile([], 50) is None


def test_one_value_is_every_percentile() -> None:
    assert percentile([7.0], 99) == 7.0


def test_values_between_ranks_are_interpolated() -> None:
    assert percentile([0.0, 10.0], 25) == 2.5
    assert percentile([float(n) for n in range(101)], 95) == 95.0


@given(values=VALUES, low=st.integers(1, 99), high=st.integers(1, 99))
def test_percentiles_grow_and_stay_within_the_values(
    values: list[float], low: int, high: int
) -> None:
    first, second = sorted((low, high))
    smaller, larger = percentile(values, first), percentile(values, second)
    assert smaller is not None
    assert larger is not None
    assert smaller <= larger or math.isclose(smaller, larger)
    assert min(values) <= smaller or math.isclose(min(values), smaller)
    assert larger <= max(values) or math.isclose(max(values), larger)
