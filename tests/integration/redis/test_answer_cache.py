"""The answer cache's promises on a real Redis, and life without one."""

from __future__ import annotations

import time

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis.answer_cache import RedisAnswerCache, cached_answer_key
from ragline.testing.answer_cache import AnswerCacheContract, OpenCache


def cache_on(redis: Redis, failures: list[str], ttl_s: int = 60) -> RedisAnswerCache:
    return RedisAnswerCache(redis, ttl_s=ttl_s, on_failure=failures.append)


class TestRedisAnswerCache(AnswerCacheContract):
    @pytest.fixture
    def open_cache(self, redis: Redis) -> OpenCache:
        return lambda ttl_s: cache_on(redis, [], ttl_s)


async def test_a_value_of_another_type_is_a_miss_and_counted(redis: Redis) -> None:
    failures: list[str] = []
    await redis.rpush(cached_answer_key("list"), "a")
    assert await cache_on(redis, failures).get("list") is None
    assert failures == ["get"]


async def test_a_dead_redis_is_a_miss_and_is_left_alone_for_a_while(dead_redis: Redis) -> None:
    failures: list[str] = []
    now = [0.0]
    cache = RedisAnswerCache(
        dead_redis, ttl_s=60, on_failure=failures.append, cooldown_s=5, clock=lambda: now[0]
    )
    started = time.monotonic()

    for _ in range(20):
        assert await cache.get("key") is None
        await cache.put("key", b"answer")
    assert failures == ["get"]
    now[0] = 6.0
    await cache.put("key", b"answer")

    assert failures == ["get", "put"]
    assert time.monotonic() - started < 2
