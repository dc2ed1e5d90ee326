"""Two tenants that use one query id share nothing in Redis."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from ragline.adapters.redis.entries import Entry, NewEntry, add_entries
from ragline.adapters.redis.hub import open_hub
from ragline.adapters.redis.ledger import RedisAnswerLedger, answer_key
from ragline.adapters.redis.optional import OptionalRedis
from ragline.adapters.redis.query_keys import query_key
from ragline.adapters.redis.token_reader import read_tokens, request_cancel
from ragline.adapters.redis.token_stream import RedisTokenStream
from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt

NAMES = st.builds(QueryRef, st.sampled_from(["a", "b", "a-b"]), st.text("ab/:-", max_size=6))


@pytest.fixture
def two() -> tuple[QueryRef, QueryRef]:
    query_id = str(uuid4())
    return QueryRef("acme", query_id), QueryRef("globex", query_id)


async def test_a_claim_is_of_one_tenant(redis: Redis, two: tuple[QueryRef, QueryRef]) -> None:
    ours, theirs = map(Attempt, two)
    ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6)
    assert await ledger.reserve(ours) is not None
    assert await ledger.reserve(theirs) is not None
    assert await ledger.claim(ours, b"ours") == b"ours"
    assert await ledger.claimed(theirs) is None
    assert await ledger.claim(theirs, b"theirs") == b"theirs"


async def test_a_question_with_a_taken_id_has_an_answer_of_its_own(
    redis: Redis, two: tuple[QueryRef, QueryRef]
) -> None:
    ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6)
    first, second = Attempt(two[0]), Attempt(two[0], duplicate="0" * 32)
    assert await ledger.claim(first, b"first") == b"first"
    assert await ledger.claim(second, b"taken") == b"taken"
    assert await ledger.claimed(Attempt(two[0], 2, duplicate="0" * 32)) is None


async def test_text_and_the_wish_to_stop_are_of_one_tenant(
    redis: Redis, two: tuple[QueryRef, QueryRef]
) -> None:
    ours, theirs = two
    stream = RedisTokenStream(
        OptionalRedis(redis, "tokens", on_failure=lambda _: None),
        ttl_s=60,
        maxlen=100,
        coalesce_s=0,
    )
    for query, text in ((ours, "ours"), (theirs, "theirs")):
        attempt = await stream.start(query)
        await stream.append(query, attempt=attempt, text=text)
    for query in two:
        await stream.finish(query, attempt=1, status="answered")
    seen = ["".join([e.delta async for e in read_tokens(redis, query)]) for query in two]
    assert seen == ["ours", "theirs"]

    await request_cancel(redis, ours)
    assert await stream.cancelled(ours)
    assert not await stream.cancelled(theirs)


async def test_a_hub_hands_an_entry_to_readers_of_its_tenant_only(
    redis: Redis, two: tuple[QueryRef, QueryRef]
) -> None:
    ours, theirs = two
    told: asyncio.Queue[Entry | None] = asyncio.Queue()
    async with open_hub(redis) as hub, hub.joined(theirs, told.put_nowait):
        for query in (ours, theirs):
            entry = NewEntry(query, "1-0", {"attempt": 1, "seq": 0, "delta": query.tenant})
            await add_entries(redis, [entry], maxlen=10, ttl_s=60)
        seen: list[Entry] = []
        async with asyncio.timeout(5):
            while not seen:  # None says that something may have been lost
                seen += [found] if (found := await told.get()) else []
        assert "globex" in seen[0].data
        assert [each.data for each in await hub.catch_up(theirs, "0")] == [seen[0].data]


@given(NAMES, NAMES)
def test_no_two_queries_share_a_key_whatever_their_ids_hold(one: QueryRef, other: QueryRef) -> None:
    assert (query_key("tokens", one) == query_key("tokens", other)) == (one == other)
    later = Attempt(one, 2)
    assert (
        answer_key(later)
        != answer_key(Attempt(one, duplicate="0" * 32))
        != answer_key(Attempt(one))
    )
