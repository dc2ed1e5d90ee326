"""A Redis that is gone on without."""

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError as Lost

from ragline.adapters.redis.optional import OptionalRedis


class World:
    """A clock that moves when told, and what was counted."""

    def __init__(self) -> None:
        self.now = 0.0
        self.failed: list[str] = []
        self.redis = OptionalRedis(
            on_failure=self.failed.append, cooldown_s=5.0, clock=lambda: self.now
        )


def test_a_failure_is_counted_and_redis_left_alone_until_the_pause_is_over() -> None:
    world = World()

    with world.redis.trying("get"):
        raise Lost("gone")

    assert world.failed == ["get"]
    assert world.redis.away
    world.now = 5.0
    assert not world.redis.away


def test_what_is_left_out_meanwhile_is_counted_too() -> None:
    world = World()
    world.redis.skipped("append")
    assert world.failed == ["append"]


def test_mistakes_of_our_own_are_not_swallowed() -> None:
    world = World()
    with pytest.raises(ZeroDivisionError), world.redis.trying("get"):
        1 / 0  # noqa: B018
    assert world.failed == []
