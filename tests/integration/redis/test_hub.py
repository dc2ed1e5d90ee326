"""Many streams over one connection: entries reach their readers, and what is lost is told."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from tests.patience import PATIENCE_S

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.entries import Entry, NewEntry, add_entries, tokens_key
from ragline.adapters.redis.hub import RedisHub, open_hub
from ragline.adapters.redis.optional import OptionalRedis
from ragline.adapters.redis.progress import RedisProgress
from ragline.contracts.answers import StageTiming
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable
from ragline.settings import RedisSettings
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

from .conftest import BlackHole


@pytest.fixture
async def hub(redis: Redis) -> AsyncIterator[RedisHub]:
    async with open_hub(redis) as opened:
        yield opened


class Reader:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[Entry | None] = asyncio.Queue()

    async def next(self) -> Entry | None:
        async with asyncio.timeout(PATIENCE_S):
            return await self.told.get()

    async def find(self, hub: RedisHub, query: QueryRef, wanted: str) -> None:
        """Read on, as the gateway does, until there is an entry of this id.

        A loss may be told more often than there was one: each new subscription may have missed
        something.
        """
        found: list[str] = []
        while wanted not in found:
            entry = await self.next()
            entries = [entry] if entry else await hub.catch_up(query, "0")
            found = [each.id for each in entries]


async def add(redis: Redis, query: QueryRef, seq: int, text: str = "x", attempt: int = 1) -> None:
    fields = NewEntry(query, f"{attempt}-{seq}", {"attempt": attempt, "seq": seq, "delta": text})
    await add_entries(redis, [fields], maxlen=100, ttl_s=60)


async def test_an_entry_reaches_all_readers_of_its_query_and_nobody_else(
    redis: Redis, hub: RedisHub
) -> None:
    ours, other = QueryRef("acme", str(uuid4())), QueryRef("acme", str(uuid4()))
    first, second, stranger = Reader(), Reader(), Reader()

    async with (
        hub.joined(ours, first.told.put_nowait),
        hub.joined(ours, second.told.put_nowait),
        hub.joined(other, stranger.told.put_nowait),
    ):
        await add(redis, ours, 0, "🐇\n")
        seen = [await first.next(), await second.next()]
        await add(redis, other, 0, "theirs")
        theirs = await stranger.next()

    assert seen[0] == seen[1]
    assert seen[0] is not None
    assert theirs is not None
    assert seen[0].id == "1-0"
    assert "theirs" in theirs.data
    assert first.told.empty()


async def test_what_is_stored_reads_as_what_was_published(redis: Redis, hub: RedisHub) -> None:
    query, reader = QueryRef("acme", str(uuid4())), Reader()
    progress = RedisProgress(
        OptionalRedis(redis, "progress", on_failure=pytest.fail), ttl_s=60, maxlen=100
    )
    before = StageTiming(stage="classifier", queued=1.0, started=2.5, finished=3.0)

    async with hub.joined(query, reader.told.put_nowait):
        progress.begun(query, "retriever", queued=4.0, started=5.0, timings=[before])
        published = [await reader.next()]
        await add(redis, query, 0, 'a "quoted" word')
        published.append(await reader.next())

    assert published == await hub.catch_up(query, "0")
    assert [each.id for each in published if each] == ["0-2", "1-0"]


async def test_a_stage_that_looks_again_is_told_again_and_one_that_is_delivered_again_is_not(
    redis: Redis, hub: RedisHub
) -> None:
    query = QueryRef("acme", str(uuid4()))
    progress = RedisProgress(
        OptionalRedis(redis, "progress", on_failure=pytest.fail), ttl_s=60, maxlen=100
    )
    passed: list[StageTiming] = []
    for stage in ("classifier", "retriever", "reranker", "retriever", "reranker"):
        for _ in range(2):  # the second time it is delivered again
            progress.begun(query, stage, queued=1.0, started=2.0, timings=passed)
        passed.append(StageTiming(stage=stage, queued=1.0, started=2.0, finished=3.0))
    await progress.settle()

    stored = [json.loads(entry.data) for entry in await hub.catch_up(query, "0")]
    assert [entry["stage"] for entry in stored] == [timing.stage for timing in passed]


async def test_who_comes_late_reads_what_was_stored(redis: Redis, hub: RedisHub) -> None:
    query = QueryRef("acme", str(uuid4()))
    for seq in range(5):
        await add(redis, query, seq)

    assert [entry.id for entry in await hub.catch_up(query, "0")] == [f"1-{n}" for n in range(5)]
    assert [entry.id for entry in await hub.catch_up(query, "1-2")] == ["1-3", "1-4"]


async def test_what_comes_behind_a_later_attempt_is_not_stored(redis: Redis, hub: RedisHub) -> None:
    query = QueryRef("acme", str(uuid4()))
    await add(redis, query, 0)
    await add(redis, query, 0, attempt=2)
    await add(redis, query, 1)  # of an attempt that dies
    await add(redis, query, 0, attempt=2)  # a repeat

    assert [entry.id for entry in await hub.catch_up(query, "0")] == ["1-0", "2-0"]


async def test_readers_are_told_when_the_connection_was_lost(redis: Redis, hub: RedisHub) -> None:
    query, reader = QueryRef("acme", str(uuid4())), Reader()
    async with hub.joined(query, reader.told.put_nowait):
        clients = await redis.client_list()
        for client in clients:
            if client["cmd"] in ("subscribe", "unsubscribe"):
                await redis.client_kill_filter(_id=client["id"])
        lost = await reader.next()
        await add(redis, query, 0)
        await reader.find(hub, query, "1-0")

    assert lost is None


async def test_who_joins_before_the_hub_reads_is_told_of_no_loss(redis: Redis) -> None:
    query, reader, hub = QueryRef("acme", str(uuid4())), Reader(), RedisHub(redis)
    reading: list[asyncio.Task[None]] = []
    try:
        asyncio.get_running_loop().call_later(
            0.2, lambda: reading.append(asyncio.create_task(hub.run()))
        )
        async with hub.joined(query, reader.told.put_nowait):
            await add(redis, query, 0)
            told = await reader.next()
    finally:
        await hub.close()
        for task in reading:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    assert told is not None


async def test_a_connection_that_fell_silent_is_noticed_and_replaced(
    redis: Redis, redis_server: RedisServer
) -> None:
    """Nothing tells the reader: the connection ends nowhere, and nobody resets it."""
    relay = BlackHole(redis_server.port)
    query, reader = QueryRef("acme", str(uuid4())), Reader()
    async with relay.listening() as port:
        url = redis_server.url.replace(f":{redis_server.port}/", f":{port}/")
        async with (
            open_redis(RedisSettings.model_validate({"url": url})) as behind,
            open_hub(behind) as hub,
            hub.joined(query, reader.told.put_nowait),
        ):
            relay.swallow()
            await add(redis, query, 0)
            lost = await reader.next()
            caught_up = await hub.catch_up(query, "0")
            await add(redis, query, 1)
            await reader.find(hub, query, "1-1")

    assert lost is None
    assert [entry.id for entry in caught_up] == ["1-0"]


async def test_readers_of_a_redis_that_stood_still_catch_up(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    query, reader = QueryRef("acme", str(uuid4())), Reader()
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        async with (
            open_redis(RedisSettings.model_validate({"url": server.url})) as redis,
            open_hub(redis) as hub,
            hub.joined(query, reader.told.put_nowait),
        ):
            assert server.pid is not None
            os.kill(server.pid, signal.SIGSTOP)
            try:
                with caplog.at_level(logging.INFO):
                    async with asyncio.timeout(PATIENCE_S):
                        while "token streams are interrupted" not in caplog.text:
                            await asyncio.sleep(0.05)
                with pytest.raises(Unavailable):
                    await hub.catch_up(query, "0")
            finally:
                os.kill(server.pid, signal.SIGCONT)
            lost = await reader.next()
            await add(redis, query, 0)
            await reader.find(hub, query, "1-0")

    assert lost is None


async def test_who_left_is_not_subscribed_any_more(redis: Redis, hub: RedisHub) -> None:
    query = QueryRef("acme", str(uuid4()))
    async with hub.joined(query, lambda _: None):
        (during,) = await redis.pubsub_numsub(tokens_key(query))
    async with asyncio.timeout(PATIENCE_S):
        while (await redis.pubsub_numsub(tokens_key(query)))[0][1]:
            await asyncio.sleep(0.01)

    assert during[1] == 1


async def test_a_thousand_readers_join_at_once(redis: Redis, hub: RedisHub) -> None:
    ids = [QueryRef("acme", str(uuid4())) for _ in range(1_000)]
    readers = [Reader() for _ in ids]
    async with AsyncExitStack() as stack:
        await asyncio.gather(
            *(
                stack.enter_async_context(hub.joined(query, reader.told.put_nowait))
                for query, reader in zip(ids, readers, strict=True)
            )
        )
        for query in ids[::100]:
            await add(redis, query, 0)
        seen = [await reader.next() for reader in readers[::100]]

    assert all(entry is not None and entry.id == "1-0" for entry in seen)


async def test_without_redis_nobody_can_join(dead_redis: Redis) -> None:
    async with open_hub(dead_redis) as hub:
        with pytest.raises(Unavailable):
            async with hub.joined(QueryRef("acme", "q"), lambda _: None):
                pass
