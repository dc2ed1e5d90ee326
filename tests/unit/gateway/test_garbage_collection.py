"""Full collections wait for a quiet moment, and are not put off for ever."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ragline_gateway.garbage_collection import GarbageCollection


class Circle:
    """Refers to itself, so that only the collector frees it."""

    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Circle.alive += 1

    def __del__(self) -> None:
        Circle.alive -= 1


class World:
    def __init__(self) -> None:
        self.now = 0.0
        self.open = 10_000
        self.collecting = GarbageCollection(streams=lambda: self.open, clock=lambda: self.now)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.collecting.tick()


@pytest.fixture
def world() -> Iterator[World]:
    gc.collect()
    Circle.alive = 0
    yield World()
    gc.unfreeze()


def test_what_has_come_is_not_looked_at_again(world: World) -> None:
    Circle()
    world.pass_time(5)
    gc.collect()

    assert Circle.alive == 1


def test_in_a_quiet_moment_everything_is_collected(world: World) -> None:
    Circle()
    world.pass_time(5)
    world.open = 3
    world.pass_time(600)

    assert Circle.alive == 0


def test_a_busy_gateway_is_collected_after_an_hour(world: World) -> None:
    Circle()
    world.pass_time(5)
    for _ in range(6):
        world.pass_time(600)
        assert Circle.alive == 1
    world.pass_time(600)

    assert Circle.alive == 0
