"""Text goes in on one side and comes out on the other, on a real Redis."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis_stream import RedisTokenStream, tokens_key
from ragline.adapters.redis_stream_reader import TokenEvent, read_tokens, request_cancel
from ragline.errors import Unavailable


def writer(redis: Redis, failures: list[str] | None = None, **changes: float) -> RedisTokenStream:
    counted = failures if failures is not None else []
    return RedisTokenStream(
        redis,
        ttl_s=60,
        maxlen=int(changes.get("maxlen", 1_000)),
        coalesce_s=changes.get("coalesce_s", 0.02),
        on_failure=counted.append,
    )


async def everything(redis: Redis, query_id: str, last_id: str = "0") -> list[TokenEvent]:
    async with asyncio.timeout(5):
        return [event async for event in read_tokens(redis, query_id, last_id=last_id)]


async def test_a_reader_sees_the_text_in_order_and_then_the_status(redis: Redis) -> None:
    stream, query_id = writer(redis), str(uuid4())
    reading = asyncio.create_task(everything(redis, query_id))

    attempt = await stream.start(query_id)
    for piece in ("Queues ", "are ", "durable 🐇", "\n[1]"):
        await stream.append(query_id, attempt=attempt, text=piece)
        await asyncio.sleep(0.015)
    await stream.finish(query_id, attempt=attempt, status="answered")
    events = await reading

    assert "".join(e.delta for e in events) == "Queues are durable 🐇\n[1]"
    assert [e.seq for e in events] == list(range(len(events)))
    assert {e.attempt for e in events} == {1}
    assert [e.status for e in events][-1] == "answered"


async def test_small_pieces_are_sent_together(redis: Redis) -> None:
    stream, query_id = writer(redis, coalesce_s=0.05), str(uuid4())

    attempt = await stream.start(query_id)
    for _ in range(200):
        await stream.append(query_id, attempt=attempt, text="x")
    await stream.finish(query_id, attempt=attempt, status="answered")
    events = await everything(redis, query_id)

    assert sum(len(e.delta) for e in events) == 200
    assert len(events) <= 5


async def test_text_does_not_wait_for_more_text(redis: Redis) -> None:
    stream, query_id = writer(redis), str(uuid4())

    attempt = await stream.start(query_id)
    await stream.append(query_id, attempt=attempt, text="first")
    await asyncio.sleep(0.01)
    await stream.append(query_id, attempt=attempt, text=" second")
    await asyncio.sleep(0.2)

    assert await redis.xlen(tokens_key(query_id)) == 3
    await stream.finish(query_id, attempt=attempt, status="answered")


async def test_reading_goes_on_after_an_id(redis: Redis) -> None:
    stream, query_id = writer(redis), str(uuid4())
    attempt = await stream.start(query_id)
    await stream.append(query_id, attempt=attempt, text="all of it")
    await stream.finish(query_id, attempt=attempt, status="answered")
    whole = await everything(redis, query_id)

    rest = await everything(redis, query_id, last_id=whole[0].id)

    assert rest == whole[1:]


async def test_a_redelivery_begins_a_higher_attempt(redis: Redis) -> None:
    query_id = str(uuid4())
    crashed, second = writer(redis), writer(redis)

    first_attempt = await crashed.start(query_id)
    await crashed.append(query_id, attempt=first_attempt, text="half an ans")
    await asyncio.sleep(0.1)
    attempt = await second.start(query_id)
    await second.append(query_id, attempt=attempt, text="An answer.")
    await second.finish(query_id, attempt=attempt, status="answered")
    events = await everything(redis, query_id)

    assert attempt == first_attempt + 1
    assert "".join(e.delta for e in events if e.attempt == attempt) == "An answer."


async def test_text_of_an_attempt_that_is_over_is_dropped(redis: Redis) -> None:
    stream, query_id = writer(redis), str(uuid4())
    old = await stream.start(query_id)
    new = await stream.start(query_id)

    await stream.append(query_id, attempt=old, text="late")
    await stream.finish(query_id, attempt=new, status="answered")

    assert [e.delta for e in await everything(redis, query_id)] == ["", "", ""]


async def test_a_stream_is_bounded_and_expires(redis: Redis) -> None:
    stream, query_id = writer(redis, maxlen=10, coalesce_s=0.0), str(uuid4())
    attempt = await stream.start(query_id)
    for n in range(400):
        await stream.append(query_id, attempt=attempt, text=f"{n} ")
        await asyncio.sleep(0)
    await stream.finish(query_id, attempt=attempt, status="answered")

    # Redis trims whole nodes of about 100 entries
    assert await redis.xlen(tokens_key(query_id)) <= 210
    assert 0 < await redis.ttl(tokens_key(query_id)) <= 60


async def test_a_reader_can_ask_to_stop(redis: Redis) -> None:
    stream, query_id = writer(redis), str(uuid4())

    assert not await stream.cancelled(query_id)
    await request_cancel(redis, query_id)
    assert await stream.cancelled(query_id)


async def test_a_dead_redis_costs_neither_errors_nor_time(dead_redis: Redis) -> None:
    failures: list[str] = []
    stream = writer(dead_redis, failures)
    started = time.monotonic()

    for n in range(50):
        attempt = await stream.start(f"q{n}")
        await stream.append(f"q{n}", attempt=attempt, text="lost")
        assert not await stream.cancelled(f"q{n}")
        await stream.finish(f"q{n}", attempt=attempt, status="answered")
        assert attempt == 0

    assert failures == ["start"] * 50
    assert time.monotonic() - started < 2


async def test_a_reader_of_a_dead_redis_is_told_so(dead_redis: Redis) -> None:
    with pytest.raises(Unavailable):
        await everything(dead_redis, "q")
