"""One reader: every entry once and in order, whatever is lost, repeated or late."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.redis.entries import Entry
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable
from ragline_gateway.answers.waiters import Waiters
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.streams.mailbox import Answer, Closing, Lost, Mailbox
from ragline_gateway.streams.readers import Followed, GaveUp, Readers, Silence

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RECORD = QueryRecord(
    query_id="q",
    tenant="acme",
    subject="key",
    digest="d",
    submitted_at=NOW,
    deadline=NOW + timedelta(seconds=60),
)

ANSWER = b'{"tenant": "acme"}'


def entry(attempt: int, seq: int) -> Entry:
    return Entry(f"{attempt}-{seq}", "{}")


class Hub:
    """A hub whose stream holds `stored`; `script` puts into the reader's mailbox."""

    def __init__(self, stored: list[Entry], *, down: bool = False) -> None:
        self.stored = stored
        self.down = down
        self.deliver: Callable[[Entry | None], None] = lambda _: None

    @asynccontextmanager
    async def joined(
        self, query: QueryRef, deliver: Callable[[Entry | None], None]
    ) -> AsyncIterator[None]:
        if self.down:
            raise Unavailable("down")
        self.deliver = deliver
        yield

    async def catch_up(self, query: QueryRef, last_id: str) -> list[Entry]:
        if self.down:
            raise Unavailable("down")
        return [each for each in self.stored if each.order > Entry(last_id, "").order]


class Looking:
    def __init__(self, early: bytes | None = None) -> None:
        self.early = early

    async def answer_if_known(self, record: QueryRecord) -> bytes | None:
        return self.early


def streams(hub: Hub, waiting: Waiters, early: bytes | None = None, **changes: object) -> Readers:
    clock = changes.get("clock", lambda: NOW)
    return Readers(
        waiting=waiting,
        hub=hub,  # type: ignore[arg-type]
        looking=Looking(early),  # type: ignore[arg-type]
        clock=clock,  # type: ignore[arg-type]
        ping_s=0.01,
        most=10,
        on_change=lambda _: None,
    )


async def everything(followed: AsyncIterator[Followed]) -> list[Followed]:
    return [each async for each in followed if not isinstance(each, Silence)]


async def test_an_answer_that_is_there_already_comes_behind_its_tokens() -> None:
    hub = Hub([entry(0, 1), entry(1, 0), entry(1, 1)])

    seen = await everything(streams(hub, Waiters(), early=b"{}").follow(RECORD, "0-1"))

    assert seen == [entry(1, 0), entry(1, 1), Answer(b"{}")]


async def test_without_redis_the_answer_still_comes() -> None:
    waiting = Waiters()
    following = streams(Hub([], down=True), waiting).follow(RECORD)

    assert isinstance(await anext(following), Silence)
    waiting.deliver(b"q", ANSWER)
    assert await everything(following) == [Answer(ANSWER)]


async def test_nobody_waits_for_ever() -> None:
    late = NOW + timedelta(seconds=91)

    seen = await everything(streams(Hub([]), Waiters(), clock=lambda: late).follow(RECORD))

    assert seen == [GaveUp()]


async def test_whoever_is_left_while_tokens_still_come_is_told() -> None:
    """A stream that ended without a word looked like an answer that was complete."""
    now = [NOW]
    hub = Hub([])
    following = streams(hub, Waiters(), clock=lambda: now[0]).follow(RECORD)
    await anext(following)
    hub.deliver(entry(1, 0))
    assert await anext(following) == entry(1, 0)
    now[0] += timedelta(seconds=91)

    assert await everything(following) == [GaveUp()]


async def test_a_replica_that_stops_says_so_and_lets_nobody_in() -> None:
    following = streams(Hub([]), Waiters())
    reading = following.follow(RECORD)
    await anext(reading)
    following.close()

    assert await everything(reading) == [Closing()]
    assert following.full


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=3),
    st.data(),
)
async def test_what_counts_comes_once_and_in_order(lengths: list[int], data: st.DataObject) -> None:
    """Messages are lost and repeated; what is stored is whole. Only the last attempt counts."""
    stored = [entry(a, s) for a, length in enumerate(lengths, start=1) for s in range(length)]
    published = [
        each
        for each in stored
        for _ in range(data.draw(st.integers(0, 2), label=f"copies of {each.id}"))
    ]
    messages: list[Entry | None] = [*published, None]
    hub, waiting = Hub([]), Waiters()
    following = streams(hub, waiting).follow(RECORD)
    await anext(following)
    hub.stored = stored

    for message in messages:
        hub.deliver(message)
    waiting.deliver(b"q", ANSWER)
    *seen, answer = await everything(following)

    assert answer == Answer(ANSWER)
    assert seen == [each for each in stored if each in seen]
    assert [each for each in stored if each.order[0] == len(lengths)] == seen[-lengths[-1] :]


@pytest.mark.parametrize("room", [1_000])
async def test_a_slow_reader_keeps_the_answer_and_catches_up(room: int) -> None:
    mailbox = Mailbox()
    mailbox.answer(b"{}")
    for number in range(room + 5):
        mailbox.entry(entry(1, number))

    first, second = await mailbox.next(0.01), await mailbox.next(0.01)

    assert first == Lost()
    assert second == Answer(b"{}")
