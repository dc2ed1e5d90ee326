"""A Redis that is gone on without."""

from __future__ import annotations

import logging

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as Lost

from ragline.adapters.redis.optional import OptionalRedis, optional_redis
from ragline.observability.metrics import Metrics


class World:
    """A clock that moves when told, and what was counted."""

    def __init__(self) -> None:
        self.now = 0.0
        self.failed: list[str] = []
        self.redis = OptionalRedis(
            Redis(),
            "answer cache",
            on_failure=self.failed.append,
            cooldown_s=5.0,
            clock=lambda: self.now,
        )

    def fails(self) -> None:
        with self.redis.trying("get"):
            raise Lost("gone")

    def works(self) -> None:
        with self.redis.trying("get"):
            pass


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


def test_who_asks_whether_it_may_is_counted_where_not() -> None:
    world = World()

    assert world.redis.may("get")
    world.fails()
    assert not world.redis.may("put")
    world.now = 5.0
    assert world.redis.may("put")

    assert world.failed == ["get", "put"]


def test_an_outage_is_logged_once_and_its_end(caplog: pytest.LogCaptureFixture) -> None:
    world = World()

    with caplog.at_level(logging.INFO):
        for _ in range(2):
            world.works()
            world.fails()
            world.now += 5.0
            world.fails()
            world.now += 5.0
            world.works()

    failed = "going on without the answer cache: get: Redis does not answer (ConnectionError)"
    assert caplog.messages == [failed, "the answer cache is back"] * 2


def test_failures_count_as_the_dependency_that_is_missing() -> None:
    metrics = Metrics()

    redis = optional_redis(Redis(), "answer_cache", metrics)
    with redis.trying("get"):
        raise Lost("gone")

    name, labels = "ragline_degraded_dependency_total", {"dependency": "answer_cache"}
    assert metrics.registry.get_sample_value(name, labels) == 1


def test_mistakes_of_our_own_are_not_swallowed() -> None:
    world = World()
    with pytest.raises(ZeroDivisionError), world.redis.trying("get"):
        1 / 0  # noqa: B018
    assert world.failed == []
