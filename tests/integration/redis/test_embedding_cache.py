"""The embeddings cache on a real Redis, and without one."""

from __future__ import annotations

import logging

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis.embedding_cache import RedisEmbeddingCache, embedding_key
from ragline.adapters.redis.optional import OptionalRedis

MODEL = "model@1 dim=3"
VECTOR = [0.25, -1.0, 3.0e-5]


@pytest.fixture
async def cache(redis: Redis) -> RedisEmbeddingCache:
    await redis.flushdb()
    optional = OptionalRedis(redis, "embedding cache", on_failure=pytest.fail)
    return RedisEmbeddingCache(optional, ttl_s=60, fill=0.75)


async def test_vectors_come_back_in_order_as_float32(cache: RedisEmbeddingCache) -> None:
    await cache.put_many(MODEL, ["a", "b 👍"], [VECTOR, [1.0, 2.0, 3.0]])
    found = await cache.get_many(MODEL, ["b 👍", "unknown", "a"])
    assert found[0] == [1.0, 2.0, 3.0]
    assert found[1] is None
    assert found[2] == pytest.approx(VECTOR, rel=1e-6)


async def test_another_model_does_not_see_them(cache: RedisEmbeddingCache) -> None:
    await cache.put_many(MODEL, ["a"], [VECTOR])
    assert await cache.get_many("model@2 dim=3", ["a"]) == [None]


async def test_entries_take_4_bytes_a_dimension_and_expire(
    cache: RedisEmbeddingCache, redis: Redis
) -> None:
    await cache.put_many(MODEL, ["a"], [VECTOR])
    key = embedding_key(MODEL, "a")
    assert await redis.strlen(key) == 12
    assert 0 < await redis.ttl(key) <= 60


async def test_bytes_that_are_no_vector_are_a_miss(
    cache: RedisEmbeddingCache, redis: Redis
) -> None:
    await redis.set(embedding_key(MODEL, "a"), b"12345")
    await redis.set(embedding_key(MODEL, "b"), b"")
    assert await cache.get_many(MODEL, ["a", "b"]) == [None, None]


async def test_no_texts_ask_nothing(cache: RedisEmbeddingCache) -> None:
    assert await cache.get_many(MODEL, []) == []
    await cache.put_many(MODEL, [], [])


async def test_without_redis_everything_is_a_miss_counted_and_logged_once(
    dead_redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[str] = []
    now = [0.0]
    optional = OptionalRedis(
        dead_redis,
        "embedding cache",
        on_failure=failures.append,
        cooldown_s=5,
        clock=lambda: now[0],
    )
    cache = RedisEmbeddingCache(optional, ttl_s=60, fill=0.75)
    with caplog.at_level(logging.WARNING):
        assert await cache.get_many(MODEL, ["a"]) == [None]
        await cache.put_many(MODEL, ["a"], [VECTOR])  # left alone: it failed a moment ago
        now[0] = 6.0
        await cache.put_many(MODEL, ["a"], [VECTOR])
    assert failures == ["get", "put"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
