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
    return Backlog(clock=clock, least_window=32, target_s=2.0, stale_s=5.0)


def test_before_the_first_look_nothing_is_held_back(backlog: Backlog) -> None:
    assert backlog.room == inf
    assert backlog.wait_s(1_000) == 0


def test_an_idle_pipeline_does_not_look_slow(backlog: Backlog, clock: Clock) -> None:
    for second in range(20):  # one question a second is all there is to do
        backlog.observe(lag=1, done=second)
        clock.now += 1
    assert backlog.capacity == 1
    backlog.observe(lag=0, done=20)
    assert backlog.room == 32


def test_capacity_rises_at_once_and_falls_slowly(backlog: Backlog, clock: Clock) -> None:
    backlog.observe(lag=500, done=0)
    clock.now += 1
    backlog.observe(lag=450, done=50)
    assert backlog.capacity == 50
    for _ in range(10):  # a restart: nothing is finished for ten seconds
        clock.now += 1
        backlog.observe(lag=450, done=50)
    assert 30 < backlog.capacity < 40
    for _ in range(120):  # for good
        clock.now += 1
        backlog.observe(lag=450, done=50)
    assert backlog.capacity < 1


def test_the_window_is_two_seconds_of_work(backlog: Backlog, clock: Clock) -> None:
    backlog.observe(lag=500, done=0)
    clock.now += 1
    backlog.observe(lag=60, done=100)
    assert backlog.room == 2 * 100 - 60
    for _ in range(40):
        backlog.released()
    assert backlog.room == 2 * 100 - 100
    assert backlog.wait_s() == 1.0
    assert backlog.wait_s(200) == 3.0
    clock.now += 0.5  # fifty are finished meanwhile, as far as one can tell
    assert backlog.size == 50


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
    backlog = Backlog(clock=clock)
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
