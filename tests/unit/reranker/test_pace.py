"""Pace: the estimate follows what is measured, and recovers when nothing is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_reranker.pace import Pace


def test_nothing_is_known_before_the_first_measurement() -> None:
    assert Pace().affords(1.0) is None


def test_it_affords_what_fits_into_the_time() -> None:
    pace = Pace()
    pace.observe(10, 0.1)
    assert pace.affords(0.055) == 5
    assert pace.affords(0.0) == 0
    assert pace.affords(-1.0) == 0


def test_it_follows_the_load_step_by_step() -> None:
    pace = Pace()
    pace.observe(10, 0.1)
    pace.observe(10, 1.1)  # 110 ms a passage: the estimate moves a fifth of the way, to 30 ms
    assert pace.affords(0.095) == 3


def test_it_recovers_from_overload_although_nothing_is_measured_any_more() -> None:
    pace = Pace()
    pace.observe(1, 1.0)
    skips = 0
    while pace.affords(0.1) == 0:
        pace.skipped()
        skips += 1
    assert skips == 11  # 0.8 ** 11 < 0.1


@given(
    st.lists(st.tuples(st.integers(1, 50), st.floats(0.001, 10)), min_size=1),
    st.floats(0.01, 60),
)
def test_the_estimate_stays_between_the_fastest_and_the_slowest_call(
    calls: list[tuple[int, float]], seconds: float
) -> None:
    pace = Pace()
    for passages, elapsed in calls:
        pace.observe(passages, elapsed)
    affordable = pace.affords(seconds)
    speeds = [elapsed / passages for passages, elapsed in calls]
    assert affordable is not None
    assert affordable <= seconds / min(speeds) * (1 + 1e-9)
    assert affordable + 1 >= seconds / max(speeds) * (1 - 1e-9)


def test_a_clock_that_stood_still_gives_no_estimate() -> None:
    pace = Pace()
    pace.observe(3, 0.0)
    assert pace.affords(1.0) is None


@pytest.mark.parametrize("passages", [1, 20])
def test_skipping_before_any_measurement_changes_nothing(passages: int) -> None:
    pace = Pace()
    pace.skipped()
    pace.observe(passages, 0.01 * passages)
    assert pace.affords(0.105) == 10
