"""Claims and caches in one small Redis: caches stop before it is full, claims go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from tests.patience import patient_redis

from ragline.adapters.redis.answer_cache import RedisAnswerCache
from ragline.adapters.redis.cache_writer import CacheWriter
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.embedding_cache import RedisEmbeddingCache
from ragline.adapters.redis.ledger import RedisAnswerLedger
from ragline.adapters.redis.memory import memory_of
from ragline.adapters.redis.optional import OptionalRedis
from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt
from ragline.settings import RedisSettings
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

MEGABYTE = 2**20
MODEL = "model@1 dim=384"
VECTOR = [0.25] * 384
BATCH = 64
# Ten times what fits
CHUNKS = 30_000


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of the test's own, to be given little memory."""
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        yield server


async def limit(redis: Redis, policy: str) -> None:
    await redis.config_set("maxmemory", 6 * MEGABYTE)
    await redis.config_set("maxmemory-policy", policy)


async def ingest(cache: RedisEmbeddingCache) -> None:
    for first in range(0, CHUNKS, BATCH):
        texts = [f"chunk {first + n}" for n in range(BATCH)]
        await cache.put_many(MODEL, texts, [VECTOR] * BATCH)


def caches_of(redis: Redis, skipped: list[str]) -> tuple[RedisEmbeddingCache, RedisAnswerCache]:
    optional = OptionalRedis(redis, "cache", on_failure=skipped.append)
    return (
        RedisEmbeddingCache(optional, ttl_s=60, fill=0.75),
        RedisAnswerCache(optional, ttl_s=60, fill=0.75),
    )


async def test_claims_go_on_while_an_ingest_fills_the_cache(small: RedisServer) -> None:
    skipped: list[str] = []
    async with open_redis(patient_redis(url=small.url)) as redis:
        await limit(redis, "noeviction")
        embeddings, answers = caches_of(redis, skipped)
        ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6)
        await ingest(embeddings)
        await answers.put("key", b"x")
        await answers.put("another", b"x")
        filled = await memory_of(redis)
        claims = [
            await ledger.claim(Attempt(QueryRef("acme", str(uuid4()))), b"x" * 3_000)
            for _ in range(100)
        ]

    assert claims == [b"x" * 3_000] * 100
    assert 0.7 < filled.fill < 0.8
    assert skipped
    assert set(skipped) == {"put"}


async def test_caching_goes_on_when_there_is_room_again(small: RedisServer) -> None:
    now = [0.0]
    skipped: list[str] = []
    async with open_redis(patient_redis(url=small.url)) as redis:
        # made there: what is sent stays in a buffer for a while, and would count
        await redis.setrange("large", 4 * MEGABYTE, "x")
        await redis.config_set("maxmemory", int(1.2 * (await memory_of(redis)).used))
        optional = OptionalRedis(redis, "cache", on_failure=skipped.append)
        writer = CacheWriter(optional, fill=0.75, clock=lambda: now[0])
        await writer.put({"a": b"learns that it is full"}, ttl_s=60)
        await redis.delete("large")
        await writer.put({"b": b"is not written"}, ttl_s=60)
        now[0] = 60.0
        await writer.put({"c": b"looks"}, ttl_s=60)
        await writer.put({"d": b"is written"}, ttl_s=60)
        found = await redis.exists("b", "c"), await redis.exists("a", "d")

    assert found == (0, 2)
    assert skipped == ["put", "put"]


async def test_a_redis_that_evicts_is_filled_and_keeps_the_last(small: RedisServer) -> None:
    skipped: list[str] = []
    async with open_redis(patient_redis(url=small.url)) as redis:
        await limit(redis, "allkeys-lru")
        cache, _ = caches_of(redis, skipped)
        await ingest(cache)
        (last,) = await cache.get_many(MODEL, [f"chunk {CHUNKS - 1}"])
        memory = await memory_of(redis)

    assert last == VECTOR
    assert skipped == []
    assert memory.evicts


async def test_caches_may_have_a_redis_of_their_own(small: RedisServer, redis_url: str) -> None:
    settings = RedisSettings.model_validate({"url": redis_url, "cache_url": small.url})
    async with open_redis(settings) as ledger, open_redis(settings.caches) as redis:
        cache, _ = caches_of(redis, [])
        await cache.put_many(MODEL, ["a"], [VECTOR])
        here = await redis.keys("ragline:embedding:*")

        assert len(here) == 1
        assert not await ledger.exists(*here)


async def test_the_sizes_that_the_sizing_table_states(small: RedisServer) -> None:
    """`docs/operate.md` has these, with what the table of keys takes; versions differ a little."""
    attempt = Attempt(QueryRef("acme", uuid4().hex))
    async with open_redis(patient_redis(url=small.url)) as redis:
        cache, answers = caches_of(redis, [])
        await RedisAnswerLedger(redis, ttl_s=60, lease_s=6).claim(attempt, b"x" * 4_000)
        await cache.put_many(MODEL, ["a"], [VECTOR])
        await answers.put("0" * 40, b"x" * 4_000)
        keys = cast("list[bytes]", await redis.keys("*"))
        sizes = {re.split(b"[:/]", key)[1]: await redis.memory_usage(key) for key in keys}

    assert sizes[b"embedding"] == pytest.approx(1_656, rel=0.1)
    assert sizes[b"answer"] == pytest.approx(4_000 + 104, rel=0.1)
    assert sizes[b"cached-answer"] == pytest.approx(4_000 + 120, rel=0.1)
