"""The memory's promises on a real Redis, what it keeps and for how long, and life without one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from tests.patience import patient_redis
from tests.unit.monitor.memory import ABOUT, NOW, UP, MemoryContract, answered, new_query, record_of

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.optional import OptionalRedis
from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt
from ragline.settings import RedisSettings
from ragline_monitor.history import hour_of
from ragline_monitor.ports import About, Unmatched
from ragline_monitor.redis_keys import answer_key, early_key, hour_key, seen_bit
from ragline_monitor.redis_memory import RedisMemory

TTL_S = 14 * 86_400


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with open_redis(patient_redis(url=redis_url)) as client:
        yield client


def memory_on(redis: Redis, failures: list[str] | None = None) -> RedisMemory:
    noted = [] if failures is None else failures
    optional = OptionalRedis(redis, "monitor memory", on_failure=noted.append)
    return RedisMemory(optional, ttl_s=TTL_S, now=lambda: NOW)


class TestRedisMemory(MemoryContract):
    @pytest.fixture
    def memory(self, redis: Redis) -> RedisMemory:
        return memory_on(redis)


async def test_two_replicas_share_one_memory(redis: Redis) -> None:
    one, other = memory_on(redis), memory_on(redis)
    query, record = new_query(), record_of()
    assert await answered(one, query) == []
    assert await answered(other, query) is None
    assert await one.first(record)
    assert not await other.first(record)


async def test_everything_expires(redis: Redis) -> None:
    memory, query, lonely, record = memory_on(redis), new_query(), new_query(), record_of()
    await memory.answered(Attempt(query), ABOUT, at=NOW, tally={"answers": 1})
    await memory.rated(record, lonely, UP)
    await memory.add(NOW - timedelta(hours=1), {"answers": 1})

    now = hour_of(NOW)
    for key in (answer_key(query), seen_bit(record)[0], hour_key(now), hour_key(now - 1)):
        assert TTL_S - 60 < await redis.ttl(key) <= TTL_S
    assert 0 < await redis.ttl(early_key(lonely)) <= 86_400


async def test_what_waits_for_an_answer_that_never_comes_is_bounded(redis: Redis) -> None:
    memory, query, record = memory_on(redis), new_query(), record_of()
    for offset in range(120):
        await memory.rated(record._replace(offset=offset), query, UP)
    early = await answered(memory, query)
    assert early is not None
    assert len(early) == 100


async def test_hours_too_long_ago_are_not_kept_and_hours_to_come_count_now(redis: Redis) -> None:
    memory, field = memory_on(redis), uuid4().hex
    long_ago, ahead = NOW - timedelta(days=15), NOW + timedelta(days=400_000)
    for at in (long_ago, ahead):
        await memory.answered(Attempt(new_query()), ABOUT, at=at, tally={field: 1})
        await memory.add(at, {field: 1})
    [then] = await memory.hours(hour_of(long_ago), hour_of(long_ago)) or []
    [now] = await memory.hours(hour_of(NOW), hour_of(NOW)) or []
    assert field not in then
    assert now[field] == 2


async def test_a_record_is_one_bit(redis: Redis) -> None:
    memory, record = memory_on(redis), record_of()
    for offset in range(1_000):
        assert await memory.first(record._replace(offset=offset))
    key, _ = seen_bit(record)
    assert await redis.strlen(key) == 125


async def test_without_redis_everything_is_new_and_nothing_waits_for_it() -> None:
    failures: list[str] = []
    nobody = RedisSettings.model_validate({"url": "redis://127.0.0.1:1/0"})
    async with open_redis(nobody) as client:
        memory = memory_on(client, failures)
        started = time.monotonic()
        record = record_of()
        for _ in range(50):
            assert await answered(memory, QueryRef("acme", "q")) == []
            assert await memory.first(record)
            rated = await memory.rated(record, QueryRef("acme", "q"), UP)
            assert rated == About(tenant="acme", intent="unknown", plan="unknown")
            await memory.add(NOW, {"answers": 1})
            assert await memory.hours(0, 1) is None
        assert time.monotonic() - started < 100, "waiting for the limit of each call takes 250 s"
    assert memory.away
    assert failures.count("answered") == 50
    assert len(failures) == 250


async def test_a_redis_that_is_back_is_used_again(redis: Redis) -> None:
    now = [0.0]
    failures: list[str] = []
    optional = OptionalRedis(
        redis, "monitor memory", on_failure=failures.append, clock=lambda: now[0]
    )
    memory = RedisMemory(optional, ttl_s=TTL_S, now=lambda: NOW)
    query, record = new_query(), record_of()
    await redis.set(answer_key(query), "of another type")
    assert await answered(memory, query) == []
    assert memory.away
    now[0] = 6.0
    assert await memory.rated(record, new_query(), UP) is Unmatched.EARLY
    assert not memory.away
    assert failures == ["answered"]
