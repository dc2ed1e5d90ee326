"""Text goes in on one side and comes out on the other, on a real Redis."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from tests.patience import PATIENCE_S

from ragline.adapters.redis.entries import tokens_key
from ragline.adapters.redis.optional import OptionalRedis
from ragline.adapters.redis.token_reader import TokenEvent, read_tokens, request_cancel
from ragline.adapters.redis.token_stream import RedisTokenStream
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable

from .conftest import LIMIT_S, paused


def writer(redis: Redis, failures: list[str] | None = None, **changes: float) -> RedisTokenStream:
    counted = failures if failures is not None else []
    return RedisTokenStream(
        OptionalRedis(redis, "token stream", on_failure=counted.append),
        ttl_s=60,
        maxlen=int(changes.get("maxlen", 1_000)),
        coalesce_s=changes.get("coalesce_s", 0.02),
    )


async def everything(redis: Redis, query: QueryRef, last_id: str = "0") -> list[TokenEvent]:
    async with asyncio.timeout(PATIENCE_S):
        return [event async for event in read_tokens(redis, query, last_id=last_id)]


async def test_a_reader_sees_the_text_in_order_and_then_the_status(redis: Redis) -> None:
    stream, query = writer(redis), QueryRef("acme", str(uuid4()))
    reading = asyncio.create_task(everything(redis, query))

    attempt = await stream.start(query)
    for piece in ("Queues ", "are ", "durable 🐇", "\n[1]"):
        await stream.append(query, attempt=attempt, text=piece)
        await asyncio.sleep(0.015)
    await stream.finish(query, attempt=attempt, status="answered")
    events = await reading

    assert "".join(e.delta for e in events) == "Queues are durable 🐇\n[1]"
    assert [e.seq for e in events] == list(range(len(events)))
    assert {e.attempt for e in events} == {1}
    assert [e.status for e in events][-1] == "answered"


async def test_small_pieces_are_sent_together(redis: Redis) -> None:
    stream, query = writer(redis, coalesce_s=0.05), QueryRef("acme", str(uuid4()))

    attempt = await stream.start(query)
    for _ in range(200):
        await stream.append(query, attempt=attempt, text="x")
    await stream.finish(query, attempt=attempt, status="answered")
    events = await everything(redis, query)

    assert sum(len(e.delta) for e in events) == 200
    assert len(events) <= 5


async def test_text_does_not_wait_for_more_text(redis: Redis) -> None:
    stream, query = writer(redis), QueryRef("acme", str(uuid4()))

    attempt = await stream.start(query)
    await stream.append(query, attempt=attempt, text="first")
    await asyncio.sleep(0.01)
    await stream.append(query, attempt=attempt, text=" second")
    await asyncio.sleep(0.2)

    assert await redis.xlen(tokens_key(query)) == 3
    await stream.finish(query, attempt=attempt, status="answered")


async def test_reading_goes_on_after_an_id(redis: Redis) -> None:
    stream, query = writer(redis), QueryRef("acme", str(uuid4()))
    attempt = await stream.start(query)
    await stream.append(query, attempt=attempt, text="all of it")
    await stream.finish(query, attempt=attempt, status="answered")
    whole = await everything(redis, query)

    rest = await everything(redis, query, last_id=whole[0].id)

    assert rest == whole[1:]


async def test_a_redelivery_begins_a_higher_attempt(redis: Redis) -> None:
    query = QueryRef("acme", str(uuid4()))
    crashed, second = writer(redis), writer(redis)

    first_attempt = await crashed.start(query)
    await crashed.append(query, attempt=first_attempt, text="half an ans")
    await asyncio.sleep(0.1)
    attempt = await second.start(query)
    await second.append(query, attempt=attempt, text="An answer.")
    await second.finish(query, attempt=attempt, status="answered")
    events = await everything(redis, query)

    assert attempt == first_attempt + 1
    assert "".join(e.delta for e in events if e.attempt == attempt) == "An answer."


async def test_a_reader_that_comes_back_goes_on_through_a_second_attempt(redis: Redis) -> None:
    query = QueryRef("acme", str(uuid4()))
    crashed, second = writer(redis), writer(redis)
    first = await crashed.start(query)
    await crashed.append(query, attempt=first, text="half an ans")
    await asyncio.sleep(0.1)
    reading = read_tokens(redis, query)
    seen = [await anext(reading), await anext(reading)]

    attempt = await second.start(query)
    await second.append(query, attempt=attempt, text="An answer.")
    await second.finish(query, attempt=attempt, status="answered")
    rest = await everything(redis, query, last_id=seen[-1].id)

    assert [(e.attempt, e.seq, e.delta) for e in seen] == [(1, 0, ""), (1, 1, "half an ans")]
    assert [(e.attempt, e.seq) for e in rest] == [(2, 0), (2, 1), (2, 2)]
    assert rest[1].delta == "An answer."
    assert rest[-1].status == "answered"


async def written_in(redis: Redis, query: QueryRef) -> float:
    """Return the seconds that it takes to stream an answer of 500 pieces."""
    stream, started = writer(redis, maxlen=100, coalesce_s=0.0), time.monotonic()
    attempt = await stream.start(query)
    for n in range(500):
        await stream.append(query, attempt=attempt, text=f"{n} ")
        await asyncio.sleep(0.001)
    await stream.finish(query, attempt=attempt, status="answered")
    return time.monotonic() - started


async def test_readers_that_read_slowly_or_not_at_all_do_not_slow_the_writer(redis: Redis) -> None:
    query = QueryRef("acme", str(uuid4()))

    async def slow() -> None:
        async for _ in read_tokens(redis, query):
            await asyncio.sleep(0.2)

    alone = await written_in(redis, QueryRef("acme", str(uuid4())))
    readers = [asyncio.create_task(slow()) for _ in range(3)]
    watched = await written_in(redis, query)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)

    assert watched < 2 * alone + 5, "waiting for each reader takes 100 s"
    # Redis trims whole nodes of about 100 entries
    assert await redis.xlen(tokens_key(query)) <= 300


async def test_text_of_an_attempt_that_is_over_is_dropped(redis: Redis) -> None:
    stream, query = writer(redis), QueryRef("acme", str(uuid4()))
    old = await stream.start(query)
    new = await stream.start(query)

    await stream.append(query, attempt=old, text="late")
    await stream.finish(query, attempt=new, status="answered")

    assert [e.delta for e in await everything(redis, query)] == ["", "", ""]


async def test_a_new_attempt_drops_what_the_one_before_has_not_sent(redis: Redis) -> None:
    stream, query = writer(redis, coalesce_s=0.2), QueryRef("acme", str(uuid4()))
    old = await stream.start(query)
    await stream.append(query, attempt=old, text="sent")
    await asyncio.sleep(0.1)
    await stream.append(query, attempt=old, text="held back")

    new = await stream.start(query)
    await stream.finish(query, attempt=new, status="answered")
    await asyncio.sleep(0.3)

    assert [e.delta for e in await everything(redis, query)] == ["", "sent", "", ""]


async def test_a_stream_is_bounded_and_expires(redis: Redis) -> None:
    stream, query = writer(redis, maxlen=10, coalesce_s=0.0), QueryRef("acme", str(uuid4()))
    attempt = await stream.start(query)
    for n in range(400):
        await stream.append(query, attempt=attempt, text=f"{n} ")
        await asyncio.sleep(0)
    await stream.finish(query, attempt=attempt, status="answered")

    # Redis trims whole nodes of about 100 entries
    assert await redis.xlen(tokens_key(query)) <= 210
    assert 0 < await redis.ttl(tokens_key(query)) <= 60


async def test_a_reader_can_ask_to_stop(redis: Redis) -> None:
    stream, query = writer(redis), QueryRef("acme", str(uuid4()))

    assert not await stream.cancelled(query)
    await request_cancel(redis, query)
    assert await stream.cancelled(query)


async def test_a_dead_redis_costs_neither_errors_nor_time(dead_redis: Redis) -> None:
    failures: list[str] = []
    stream = writer(dead_redis, failures)
    started = time.monotonic()

    for n in range(50):
        attempt = await stream.start(QueryRef("acme", f"q{n}"))
        await stream.append(QueryRef("acme", f"q{n}"), attempt=attempt, text="lost")
        assert not await stream.cancelled(QueryRef("acme", f"q{n}"))
        await stream.finish(QueryRef("acme", f"q{n}"), attempt=attempt, status="answered")
        assert attempt == 0

    assert failures == ["start"] * 50
    assert time.monotonic() - started < 25, "waiting for the limit of each start takes 50 s"


async def test_a_redis_that_hangs_costs_one_time_limit_and_appending_nothing(
    hanging_redis: Redis,
) -> None:
    failures: list[str] = []
    stream, query = writer(hanging_redis, failures), QueryRef("acme", "q")
    started = time.monotonic()

    attempt = await stream.start(query)
    for n in range(50):
        assert await stream.start(QueryRef("acme", f"q{n}")) == 0
        assert not await stream.cancelled(QueryRef("acme", f"q{n}"))

    assert attempt == 0
    assert time.monotonic() - started < 50 * LIMIT_S, "the limit is waited for more than once"


async def test_a_redis_that_begins_to_hang_costs_an_answer_one_time_limit(
    hasty_redis: Redis,
) -> None:
    failures: list[str] = []
    stream, query = writer(hasty_redis, failures), QueryRef("acme", str(uuid4()))
    attempt = await stream.start(query)
    pause_s = 4 * LIMIT_S
    async with paused(hasty_redis, seconds=pause_s):
        started = time.monotonic()
        for n in range(200):
            await stream.append(query, attempt=attempt, text=f"{n} ")
            await asyncio.sleep(0.001)
        appended = time.monotonic() - started
        await stream.finish(query, attempt=attempt, status="answered")
        finished = time.monotonic() - started

    assert appended < finished < pause_s, "nothing waits for Redis to come back"
    assert failures


async def test_a_reader_of_a_dead_redis_is_told_so(dead_redis: Redis) -> None:
    with pytest.raises(Unavailable):
        await everything(dead_redis, QueryRef("acme", "q"))
