"""What waits behind the classifier, and how long that takes."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.messaging.backlog import Backlog


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def backlog(clock: Clock) -> Backlog:
    return Backlog(clock=clock, least_window=32, target_s=1.5, stale_s=5.0)


def test_before_the_first_look_nothing_is_held_back(backlog: Backlog) -> None:
    assert backlog.room == inf
    assert backlog.wait_s(1_000) == 0


def busy(backlog: Backlog, clock: Clock, *, rate: int, lag: int, seconds: int = 30) -> int:
    """Let the stages behind finish `rate` a second for a while; return how many that is."""
    for second in range(seconds + 1):
        backlog.observe(lag=lag, done=second * rate)
        clock.now += 1
    clock.now -= 1
    return seconds * rate


def test_an_idle_pipeline_does_not_look_slow(backlog: Backlog, clock: Clock) -> None:
    done = busy(backlog, clock, rate=50, lag=100)
    for _ in range(60):  # then one question a second is all there is to do
        clock.now += 1
        done += 1
        backlog.observe(lag=1, done=done)
    assert backlog.capacity == pytest.approx(50, rel=0.01)


def test_nothing_is_predicted_of_a_pipeline_that_has_just_begun(
    backlog: Backlog, clock: Clock
) -> None:
    busy(backlog, clock, rate=1, lag=100, seconds=4)
    assert backlog.wait_s(1_000) == 0
    busy(backlog, clock, rate=1, lag=100, seconds=10)
    assert backlog.wait_s(1_000) > 900


def test_capacity_rises_soon_and_falls_slowly(backlog: Backlog, clock: Clock) -> None:
    done = busy(backlog, clock, rate=50, lag=450, seconds=10)
    assert backlog.capacity == pytest.approx(50, rel=0.02)
    for _ in range(10):  # a restart: nothing is finished for ten seconds
        clock.now += 1
        backlog.observe(lag=450, done=done)
    assert 30 < backlog.capacity < 45
    for _ in range(120):  # for good
        clock.now += 1
        backlog.observe(lag=450, done=done)
    assert backlog.capacity < 2


def test_a_lump_of_commits_is_no_capacity(backlog: Backlog, clock: Clock) -> None:
    for look in range(60):
        clock.now += 0.5
        backlog.observe(lag=100, done=40 * (look // 2))  # forty a second, seen every other look
    assert 35 < backlog.capacity < 55


def test_the_window_is_seconds_of_work(clock: Clock) -> None:
    backlog = Backlog(clock=clock, least_window=32, target_s=2.0)
    busy(backlog, clock, rate=100, lag=60)
    assert backlog.room == pytest.approx(2 * 100 - 60, abs=1)
    for _ in range(40):
        backlog.released()
    assert backlog.room == pytest.approx(2 * 100 - 100, abs=1)
    assert backlog.wait_s() == pytest.approx(1.0, abs=0.01)
    assert backlog.wait_s(200) == pytest.approx(3.0, abs=0.01)
    clock.now += 0.5  # fifty are finished meanwhile, as far as one can tell
    assert backlog.size == pytest.approx(50, abs=1)


def test_an_old_look_says_nothing_any_more(backlog: Backlog, clock: Clock) -> None:
    backlog.observe(lag=10_000, done=0)
    assert backlog.room < 0
    clock.now += 6
    assert backlog.room == inf


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 500), st.integers(0, 50))))
def test_size_and_capacity_are_never_negative(
    looks: list[tuple[int, int, int]],
) -> None:
    clock = Clock()
    backlog = Backlog(clock=clock, least_window=32, target_s=1.5)
    done = 0
    for lag, finished, released in looks:
        clock.now += 0.5
        done += finished
        backlog.observe(lag=lag, done=done)
        for _ in range(released):
            backlog.released()
        assert backlog.size >= 0
        assert backlog.capacity >= 0
        assert backlog.wait_s() >= 0


def test_it_is_idle_until_a_question_is_released_or_seen(backlog: Backlog) -> None:
    backlog.observe(lag=0, done=10)
    assert backlog.idle
    backlog.released()
    assert not backlog.idle
    backlog.observe(lag=1, done=10)
    assert not backlog.idle
    backlog.observe(lag=0, done=11)
    assert backlog.idle
