"""The time to recovery, computed from the times of answers."""

from __future__ import annotations

import pytest
from tests.chaos.recovery import rate, recovery_s

FAULT, UNTIL = 100.0, 140.0


def steady(start: float, end: float, per_s: float = 4.0) -> list[float]:
    return [start + n / per_s for n in range(round((end - start) * per_s))]


def test_without_a_dip_there_was_nothing_to_recover_from() -> None:
    assert recovery_s(steady(80, 150), fault=FAULT, until=UNTIL, offered=4.0) == 0.0


def test_a_gap_ends_where_full_windows_begin() -> None:
    answered = steady(80, 102) + steady(110, 150)
    found = recovery_s(answered, fault=FAULT, until=UNTIL, offered=4.0)
    assert found == pytest.approx(15.0, abs=1.0)


def test_a_burst_counts_when_it_comes_not_when_its_window_began() -> None:
    answered = steady(80, 100) + steady(107, 107.5, per_s=60) + steady(107.5, 150)
    found = recovery_s(answered, fault=FAULT, until=UNTIL, offered=4.0)
    assert found == pytest.approx(7.5, abs=0.6)


def test_a_burst_that_catches_up_and_stops_again_is_no_recovery() -> None:
    answered = steady(80, 102) + steady(106, 107, per_s=40) + steady(120, 150)
    found = recovery_s(answered, fault=FAULT, until=UNTIL, offered=4.0)
    assert found is not None
    assert found >= 19


def test_less_than_was_offered_is_no_recovery() -> None:
    answered = steady(80, 102) + steady(105, 150, per_s=2.0)
    assert recovery_s(answered, fault=FAULT, until=UNTIL, offered=4.0) is None


def test_a_rate_counts_what_lies_in_the_window() -> None:
    assert rate([1.0, 2.0, 5.9, 6.0], 1.0, window_s=5.0) == 3 / 5
