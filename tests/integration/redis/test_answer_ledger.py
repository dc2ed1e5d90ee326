"""First claim wins, on a real Redis."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from tests.patience import PATIENCE_S

from ragline.adapters.redis.ledger import RedisAnswerLedger, answer_key, lease_key
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable
from ragline.ports.answers import Attempt


def ledger_on(redis: Redis, *, lease_s: float = 6.0) -> RedisAnswerLedger:
    return RedisAnswerLedger(redis, ttl_s=60, lease_s=lease_s)


async def test_the_first_claim_wins_and_later_ones_get_its_bytes(redis: Redis) -> None:
    ledger = ledger_on(redis)
    attempt = Attempt(QueryRef("acme", str(uuid4())))

    assert await ledger.claimed(attempt) is None
    assert await ledger.claim(attempt, b"first") == b"first"
    assert await ledger.claim(attempt, b"second") == b"first"
    assert await ledger.claimed(attempt) == b"first"


async def test_of_many_claims_at_once_exactly_one_wins(redis: Redis) -> None:
    ledger = ledger_on(redis)
    attempt = Attempt(QueryRef("acme", str(uuid4())))

    winners = await asyncio.gather(*(ledger.claim(attempt, b"%d" % n) for n in range(50)))

    assert len(set(winners)) == 1


async def test_bytes_that_are_no_text_come_back_unchanged(redis: Redis) -> None:
    ledger = ledger_on(redis)
    answer = bytes(range(256))

    assert await ledger.claim(Attempt(QueryRef("acme", str(uuid4()))), answer) == answer


async def test_a_claim_expires_after_its_time(redis: Redis) -> None:
    attempt = Attempt(QueryRef("acme", str(uuid4())))

    await ledger_on(redis).claim(attempt, b"answer")

    assert 0 < await redis.ttl(answer_key(attempt)) <= 60


async def test_without_redis_the_caller_is_told_so_and_soon(dead_redis: Redis) -> None:
    ledger = ledger_on(dead_redis)
    started = time.monotonic()

    for _ in range(20):
        with pytest.raises(Unavailable):
            await ledger.claim(Attempt(QueryRef("acme", "q")), b"answer")
        with pytest.raises(Unavailable):
            await ledger.claimed(Attempt(QueryRef("acme", "q")))
        with pytest.raises(Unavailable):
            await ledger.reserve(Attempt(QueryRef("acme", "q")))

    assert time.monotonic() - started < 30, "waiting for the limit of each call takes 60 s"


async def test_a_later_attempt_has_an_answer_of_its_own(redis: Redis) -> None:
    ledger = ledger_on(redis)
    query = QueryRef("acme", str(uuid4()))

    assert await ledger.claim(Attempt(query), b"failed") == b"failed"
    assert await ledger.claimed(Attempt(query, 2)) is None
    assert await ledger.claim(Attempt(query, 2), b"answered") == b"answered"
    assert await ledger.claimed(Attempt(query)) == b"failed"


async def test_one_member_at_a_time_works_on_an_answer(redis: Redis) -> None:
    attempt = Attempt(QueryRef("acme", str(uuid4())))
    here, there = ledger_on(redis), ledger_on(redis)

    reservation = await here.reserve(attempt)
    assert reservation is not None
    assert await there.reserve(attempt) is None
    assert await there.reserve(Attempt(attempt.query, 2)) is not None
    await reservation.release()
    assert await there.reserve(attempt) is not None


async def test_a_reservation_lapses_unless_it_is_renewed(redis: Redis) -> None:
    attempt = Attempt(QueryRef("acme", str(uuid4())))
    ledger = ledger_on(redis, lease_s=600)

    reservation = await ledger.reserve(attempt)
    assert reservation is not None
    assert await redis.pttl(lease_key(attempt)) > 0
    await redis.expire(lease_key(attempt), 300)
    await reservation.renew()
    assert await redis.ttl(lease_key(attempt)) > 300
    assert await ledger.reserve(attempt) is None
    await redis.pexpire(lease_key(attempt), 1)  # its holder gave no sign of life for so long
    async with asyncio.timeout(PATIENCE_S):
        while await redis.exists(lease_key(attempt)):
            await asyncio.sleep(0.01)
    assert await ledger.reserve(attempt) is not None
    with pytest.raises(Unavailable):
        await reservation.renew()
