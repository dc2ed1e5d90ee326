"""What processes have open of the indexes, in a real Redis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis.index_uses import RedisIndexUses
from ragline.errors import Unavailable
from ragline.ports.indexes import IndexUse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "ragline:indexes:uses"


def use(instance: str, *, at: datetime = NOW, answers: str = "base") -> IndexUse:
    return IndexUse(
        service="retriever",
        instance=instance,
        answers=answers,
        opened=(answers,),
        revision=1,
        at=at,
    )


async def test_the_last_note_of_each_process_counts(redis: Redis) -> None:
    await redis.delete(KEY)
    uses = RedisIndexUses(redis)
    await uses.note(use("b"))
    await uses.note(use("a"))
    await uses.note(use("b", answers="new"))
    assert [(each.instance, each.answers) for each in await uses.recent()] == [
        ("a", "base"),
        ("b", "new"),
    ]


async def test_a_process_without_a_sign_of_life_is_forgotten(redis: Redis) -> None:
    await redis.delete(KEY)
    uses = RedisIndexUses(redis)
    await uses.note(use("alive"))
    ended = use("ended", at=datetime.now(UTC) - timedelta(minutes=1))
    await redis.hset(KEY, "retriever/ended", ended.model_dump_json())
    assert [each.instance for each in await uses.recent()] == ["alive"]
    assert await redis.hkeys(KEY) == [b"retriever/alive"]


async def test_a_machine_whose_clock_is_wrong_has_not_ended(redis: Redis) -> None:
    await redis.delete(KEY)
    uses = RedisIndexUses(redis)
    await uses.note(use("slow", at=NOW - timedelta(days=1)))
    await uses.note(use("fast", at=datetime.now(UTC) + timedelta(days=1)))
    assert [each.instance for each in await uses.recent()] == ["fast", "slow"]


async def test_a_note_of_another_release_is_passed_over(redis: Redis) -> None:
    await redis.delete(KEY)
    uses = RedisIndexUses(redis)
    await uses.note(use("a"))
    await redis.hset(KEY, "retriever/old", "{}")
    assert [each.instance for each in await uses.recent()] == ["a"]


async def test_a_redis_that_is_down_is_unavailable(dead_redis: Redis) -> None:
    uses = RedisIndexUses(dead_redis)
    with pytest.raises(Unavailable):
        await uses.note(use("a"))
    with pytest.raises(Unavailable):
        await uses.recent()
