"""The answer cache's promises on a real Redis, and life without one."""

from __future__ import annotations

import time

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis.answer_cache import RedisAnswerCache, cached_answer_key
from ragline.adapters.redis.optional import OptionalRedis
from ragline.testing.answer_cache import AnswerCacheContract, OpenCache


def cache_on(redis: Redis, failures: list[str], ttl_s: int = 60) -> RedisAnswerCache:
    optional = OptionalRedis(redis, "answer cache", on_failure=failures.append)
    return RedisAnswerCache(optional, ttl_s=ttl_s, fill=0.75)


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
    optional = OptionalRedis(
        dead_redis,
        "answer cache",
        on_failure=failures.append,
        cooldown_s=5,
        clock=lambda: now[0],
    )
    cache = RedisAnswerCache(optional, ttl_s=60, fill=0.75)
    started = time.monotonic()

    for _ in range(20):
        assert await cache.get("key") is None
        await cache.put("key", b"answer")
    assert failures == ["get"]
    now[0] = 6.0
    await cache.put("key", b"answer")

    assert failures == ["get", "put"]
    assert time.monotonic() - started < 20, "waiting for the limit of each call takes 40 s"
