"""Streams: in order, each event once, resumed after a break, and going on elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis
from redis.typing import EncodableT, FieldT
from tests.patience import PATIENCE_S

from ragline.adapters.redis.entries import NewEntry, add_entries, tokens_key
from ragline.contracts.base import DEFAULT_TENANT, QueryRef
from ragline.testing.stub_pipeline import StubPipeline, StubQuestion
from ragline_gateway.settings import Settings

from .conftest import Event, Replica, Script, at_once, in_steps, started

Scripted = Callable[[Script], Awaitable[StubPipeline]]


def text_of(events: list[Event]) -> str:
    return "".join(event.data.get("delta", "") for event in events if event.kind == "token")


async def test_stages_come_first_then_tokens_then_the_answer(
    gateway: Replica, scripted: Scripted
) -> None:
    read = asyncio.Event()  # who comes after the answer is told no stages

    async def once_read(question: StubQuestion) -> None:
        await question.begin()
        await asyncio.wait_for(read.wait(), PATIENCE_S)
        for word in ("one ", "two ", "three"):
            await question.say(word)
        await question.answer("one two three")

    await scripted(once_read)
    events: list[Event] = []
    async for event in gateway.events(await gateway.ask()):
        events.append(event)
        if event.data.get("stage") == "generator":
            read.set()
    stages = [event.data["stage"] for event in events if event.kind == "stage"]
    kinds = [event.kind for event in events]

    assert stages == ["classifier", "retriever", "reranker", "generator"]
    assert kinds == sorted(kinds, key=["stage", "token", "answer"].index)
    assert len({event.id for event in events}) == len(events)
    assert text_of(events) == events[-1].data["text"]
    assert events[-1].id == "done"


async def test_a_reader_goes_on_where_it_broke_off(gateway: Replica, scripted: Scripted) -> None:
    await scripted(in_steps)
    query_id = await gateway.ask()

    seen: list[Event] = []
    while not seen or seen[-1].kind != "answer":
        taken = 0
        async for event in gateway.events(query_id, seen[-1].id if seen else None):
            seen.append(event)
            taken += 1
            if taken == 3:
                break

    ids = [event.id for event in seen]
    assert len(set(ids)) == len(ids)
    assert text_of(seen) == seen[-1].data["text"]


async def test_nothing_comes_after_the_last_event(gateway: Replica, scripted: Scripted) -> None:
    await scripted(at_once)
    query_id = await gateway.ask()
    _ = [event async for event in gateway.events(query_id)]

    answer = await gateway.http.get(
        f"/v1/queries/{query_id}/events", headers={"Last-Event-ID": "done"}
    )

    assert answer.status_code == 204


@pytest.mark.parametrize("bad", ["x", "1-", "-1", "1-2-3", "²", "9" * 40])
async def test_an_id_that_is_no_events_is_refused(
    gateway: Replica, scripted: Scripted, bad: str
) -> None:
    await scripted(at_once)
    query_id = await gateway.ask()

    answer = await gateway.http.get(
        f"/v1/queries/{query_id}/events", headers=[(b"last-event-id", bad.encode())]
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["header", "last-event-id"]


async def test_a_second_attempt_is_told_as_one(gateway: Replica, scripted: Scripted) -> None:
    async def twice(question: StubQuestion) -> None:
        await question.begin()
        await question.say("half of ")
        await asyncio.sleep(0.1)
        await question.begin()
        await question.say("all of it")
        await question.answer("all of it")

    await scripted(twice)
    events = [event async for event in gateway.events(await gateway.ask())]
    second = [e for e in events if e.kind == "token" and e.data["attempt"] == 2]

    assert text_of(second) == events[-1].data["text"] == "all of it"


async def test_a_message_that_was_lost_is_read_from_the_stream(
    gateway: Replica, scripted: Scripted, redis_url: str
) -> None:
    """Two entries are stored and the first of them is not published: the second shows the gap."""
    held = asyncio.Event()

    async def script(question: StubQuestion) -> None:
        await question.begin()
        await held.wait()
        await question.answer("one two")

    await scripted(script)
    query_id = await gateway.ask()
    seen: list[Event] = []
    async with Redis.from_url(redis_url) as redis:
        async for event in gateway.events(query_id):
            seen.append(event)
            if event.id == "1-0":
                lost: dict[FieldT, EncodableT] = {"attempt": 1, "seq": 1, "delta": "one "}
                await redis.xadd(tokens_key(QueryRef(DEFAULT_TENANT, query_id)), lost, id="1-1")
                told = NewEntry(
                    QueryRef(DEFAULT_TENANT, query_id),
                    "1-2",
                    {"attempt": 1, "seq": 2, "delta": "two"},
                )
                await add_entries(redis, [told], maxlen=100, ttl_s=60)
            if event.id == "1-2":
                held.set()

    assert [event.id for event in seen if event.kind == "token"] == ["1-0", "1-1", "1-2"]
    assert text_of(seen) == "one two"


async def test_readers_go_on_when_a_replica_stops(
    gateway: Replica, scripted: Scripted, make_settings: Callable[..., Settings]
) -> None:
    await scripted(in_steps)
    query_id = await gateway.ask()
    seen: list[Event] = []

    async def reading(replica: Replica) -> None:
        async for event in replica.events(query_id, seen[-1].id if seen else None):
            seen.append(event)  # noqa: PERF401 - seen while it grows

    first = asyncio.create_task(reading(gateway))
    while len(seen) < 7:
        await asyncio.sleep(0.01)
    async with started(make_settings()) as other:
        async with asyncio.timeout(PATIENCE_S):
            await gateway.stopped()
        await first
        assert seen[-1].kind != "answer"
        await reading(other)

    ids = [event.id for event in seen]
    assert len(set(ids)) == len(ids)
    assert text_of(seen) == seen[-1].data["text"]


async def test_a_silent_stream_shows_signs_of_life(gateway: Replica, scripted: Scripted) -> None:
    async def silent(question: StubQuestion) -> None:
        await asyncio.sleep(1)
        await question.answer("late")

    await scripted(silent)
    query_id = await gateway.ask()
    answer = await gateway.http.get(f"/v1/queries/{query_id}/events")

    assert ": ping\n\n" in answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_full_replica_sends_readers_elsewhere(
    scripted: Scripted, make_settings: Callable[..., Settings]
) -> None:
    await scripted(in_steps)
    async with started(make_settings(max_streams=1)) as replica:
        query_id = await replica.ask()
        reading = replica.events(query_id)
        await anext(reading)
        refused = await replica.http.get(f"/v1/queries/{query_id}/events")
        async for _ in reading:
            pass
        async with asyncio.timeout(PATIENCE_S):
            while (again := await replica.http.get(f"/v1/queries/{query_id}/events")).is_error:
                await asyncio.sleep(0.05)

    assert refused.status_code == 503
    assert refused.json()["code"] == "too-many-streams"
    assert again.status_code == 200
