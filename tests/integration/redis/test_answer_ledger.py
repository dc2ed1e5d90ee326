"""First claim wins, on a real Redis."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis_ledger import RedisAnswerLedger, answer_key
from ragline.errors import Unavailable


async def test_the_first_claim_wins_and_later_ones_get_its_bytes(redis: Redis) -> None:
    ledger = RedisAnswerLedger(redis, ttl_s=60)
    query_id = str(uuid4())

    assert await ledger.claimed(query_id) is None
    assert await ledger.claim(query_id, b"first") == b"first"
    assert await ledger.claim(query_id, b"second") == b"first"
    assert await ledger.claimed(query_id) == b"first"


async def test_of_many_claims_at_once_exactly_one_wins(redis: Redis) -> None:
    ledger = RedisAnswerLedger(redis, ttl_s=60)
    query_id = str(uuid4())

    winners = await asyncio.gather(*(ledger.claim(query_id, b"%d" % n) for n in range(50)))

    assert len(set(winners)) == 1


async def test_bytes_that_are_no_text_come_back_unchanged(redis: Redis) -> None:
    ledger = RedisAnswerLedger(redis, ttl_s=60)
    answer = bytes(range(256))

    assert await ledger.claim(str(uuid4()), answer) == answer


async def test_a_claim_expires_after_its_time(redis: Redis) -> None:
    query_id = str(uuid4())

    await RedisAnswerLedger(redis, ttl_s=60).claim(query_id, b"answer")

    assert 0 < await redis.ttl(answer_key(query_id)) <= 60


async def test_without_redis_the_caller_is_told_so_and_soon(dead_redis: Redis) -> None:
    ledger = RedisAnswerLedger(dead_redis, ttl_s=60)
    started = time.monotonic()

    for _ in range(20):
        with pytest.raises(Unavailable):
            await ledger.claim("q", b"answer")
        with pytest.raises(Unavailable):
            await ledger.claimed("q")

    assert time.monotonic() - started < 2
