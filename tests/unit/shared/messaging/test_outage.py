"""Records wait for a dependency that is away, and go on by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.errors import InvalidDocument, SourceAway, Unavailable
from ragline.messaging.outage import Outage
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


class FakeStore:
    """A store behind a breaker that opens at the first failure; a ping closes it."""

    def __init__(self) -> None:
        self.answers = True
        self.open = False
        self.opens = True
        self.writes = True

    def problem(self) -> str | None:
        return "the store failed lately" if self.open else None

    async def ping(self) -> None:
        await self.call()

    async def write(self) -> None:
        await self.call()
        if not self.writes:
            raise Unavailable("writes fail")

    async def call(self) -> None:
        await asyncio.sleep(0)
        self.open = self.opens and not self.answers
        if not self.answers:
            raise Unavailable("the store is down")


class World:
    """An outage with records in flight."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.metrics = Metrics()
        self.waiting = WaitingTasks()
        self.outage = Outage(
            {"store": self.store}, metrics=self.metrics, waiting=self.waiting, clock=lambda: NOW
        )
        self.done: list[int] = []
        self.calls = 0

    def record(
        self, number: int, work: Callable[[], Awaitable[None]] | None = None
    ) -> asyncio.Task[None]:
        async def write() -> None:
            self.calls += 1
            await (work or self.store.call)()
            self.done.append(number)

        return asyncio.create_task(self.outage.through(write))

    @property
    def paused(self) -> float | None:
        labels = {"dependency": "store"}
        return self.metrics.registry.get_sample_value("ragline_consumption_paused", labels)


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_records_wait_as_long_as_it_lasts_and_none_fails() -> None:
    world = World()
    world.store.answers = False
    records = [world.record(number) for number in range(5)]
    await settle()
    for _ in range(30):  # far more than there are retries
        await world.outage.probe()
        await settle()
    assert not any(record.done() for record in records)
    assert world.waiting.tasks == set(records)
    assert world.calls == 5
    assert world.paused == 1
    assert world.outage.problem() == (
        "store away since 2026-12-01T12:00:00Z: no more records are taken, 5 in flight wait"
    )

    world.store.answers = True
    await world.outage.probe()
    await settle()
    assert sorted(world.done) == [0, 1, 2, 3, 4]
    assert world.paused == 0
    assert world.outage.problem() is None


async def test_no_more_records_are_taken_until_it_is_over_also_when_none_waits() -> None:
    world = World()
    world.store.answers, world.store.open = False, True
    taken = asyncio.create_task(world.outage.over())
    await settle()
    await world.outage.probe()
    await settle()
    assert not taken.done()
    world.store.answers = True
    await world.outage.probe()
    await settle()
    assert taken.done()


async def test_a_store_that_only_answers_pings_is_tried_with_one_record_at_a_time() -> None:
    world = World()
    works = False

    async def write() -> None:
        await asyncio.sleep(0)
        if not works:
            world.store.open = world.calls <= 3  # its circuit needs more than one failure to open
            raise Unavailable("writes fail")

    records = [world.record(number, write) for number in range(3)]
    await settle()
    await world.outage.probe()
    await settle()
    assert world.calls == 4
    await settle()
    assert world.calls == 4  # nothing is tried before the next probe
    await world.outage.probe()
    await settle()
    assert world.calls == 5
    works = True
    await world.outage.probe()
    await settle()
    assert all(record.done() and record.exception() is None for record in records)


async def test_a_record_that_fails_alone_though_the_store_answers_is_the_reason_itself() -> None:
    world = World()
    world.store.answers = False

    async def endless() -> None:
        await world.store.call()
        raise Unavailable("this write takes too long")

    bad, good = world.record(1, endless), world.record(2)
    await settle()
    world.store.answers = True
    for _ in range(10):
        await world.outage.probe()
        await settle()
    assert isinstance(bad.exception(), Unavailable)
    assert good.done()
    assert world.outage.problem() is None


async def test_the_first_failure_is_enough_when_the_store_answers_no_ping() -> None:
    world = World()
    world.store.answers = False
    world.store.opens = False  # a breaker that has not seen enough failures yet
    record = world.record(1)
    await settle()
    for _ in range(9):
        await world.outage.probe()
        await settle()
    assert not record.done()
    assert world.calls == 1
    world.store.answers = True
    await world.outage.probe()
    await settle()
    assert world.done == [1]


async def test_a_failure_while_the_store_answers_is_the_record_s_own() -> None:
    world = World()

    async def fails() -> None:
        raise Unavailable("only this once")

    record = world.record(1, fails)
    await settle()
    assert isinstance(record.exception(), Unavailable)
    assert world.outage.problem() is None


async def test_what_fails_for_another_reason_does_not_wait() -> None:
    world = World()
    world.store.answers, world.store.open = False, False

    async def unusable() -> None:
        raise InvalidDocument("no text")

    async def elsewhere() -> None:
        world.store.open = True
        raise SourceAway(Unavailable("the publisher's server is down"))

    first, second = world.record(1, unusable), world.record(2, elsewhere)
    await settle()
    assert isinstance(first.exception(), InvalidDocument)
    assert isinstance(second.exception(), SourceAway)


async def test_a_permanent_error_of_the_record_that_is_tried_ends_the_outage() -> None:
    world = World()
    world.store.answers = False

    async def unusable() -> None:
        await world.store.call()
        raise InvalidDocument("no text")

    first, _ = world.record(1, unusable), world.record(2)
    await settle()
    world.store.answers = True
    await world.outage.probe()
    await settle()
    assert isinstance(first.exception(), InvalidDocument)
    assert world.done == [2]


async def test_a_record_given_up_while_it_is_tried_leaves_its_turn_to_the_next() -> None:
    world = World()
    world.store.answers = False
    forever = asyncio.Event()

    async def hangs() -> None:
        await world.store.call()
        await forever.wait()

    first, second = world.record(1, hangs), world.record(2)
    await settle()
    world.store.answers = True
    await world.outage.probe()
    await settle()
    assert world.done == []
    first.cancel()
    await settle()
    assert world.done == [2]
    assert second.done()


async def test_without_dependencies_there_is_no_outage() -> None:
    outage = Outage({}, metrics=Metrics(), waiting=WaitingTasks(), clock=lambda: NOW)

    async def fails() -> None:
        raise Unavailable("something else")

    with pytest.raises(Unavailable):
        await outage.through(fails)
    await outage.over()


@given(
    st.lists(
        st.sampled_from(["up", "down", "no writes", "soft", "record", "give up", "probe"]),
        max_size=40,
    )
)
def test_whatever_happens_every_record_ends_once_the_store_is_back(steps: list[str]) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[str]) -> None:
    world = World()
    records: list[asyncio.Task[None]] = []
    for step in steps:
        match step:
            case "up" | "down":
                world.store.answers = world.store.writes = step == "up"
            case "no writes":
                world.store.writes = False
            case "soft":
                world.store.opens = not world.store.opens
            case "record":
                records.append(world.record(len(records), world.store.write))
            case "give up":
                for task in world.waiting.tasks:
                    task.cancel()
            case "probe":
                await world.outage.probe()
        await settle()
    world.store.answers = world.store.writes = True
    for _ in range(3):
        await world.outage.probe()
        await settle()
    assert all(record.done() for record in records)
    done = [n for n, each in enumerate(records) if not each.cancelled() and not each.exception()]
    assert sorted(world.done) == done
    if "no writes" not in steps:
        assert not any(each.exception() for each in records if not each.cancelled())
    assert world.outage.problem() is None
    assert not world.waiting.tasks
