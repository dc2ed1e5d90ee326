"""Whose record is started next, what waits, and what liveness makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition

from ragline.messaging.assignment import Assignment
from ragline.messaging.consumption import Consumption
from ragline.messaging.flood import FloodGuard
from ragline.messaging.gate import Gate
from ragline.messaging.kafka_broker import make_broker
from ragline.messaging.offsets import Fetched
from ragline.messaging.ordered import _Rebalance, subscribe
from ragline.messaging.record import Process, Record
from ragline.messaging.service_probes import _stalled
from ragline.messaging.slots import DeliverySlot
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import DeliverySettings, KafkaSettings

PARTITION = TopicPartition("documents", 0)


@dataclass
class FakeRecord:
    offset: int
    key: bytes
    value: bytes = b"{}"
    topic: str = PARTITION.topic
    partition: int = PARTITION.partition
    timestamp: int = 0
    headers: list[tuple[str, bytes]] = field(default_factory=list)


class World:
    """A subscriber that nobody connects; its records last until `end` is called."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.started: list[str] = []
        self.guard = FloodGuard(DeliverySettings(flood_run=1))  # stops at the first failure
        self.ends: dict[str, asyncio.Event] = {}
        self.parks: dict[str, asyncio.Event] = {}
        self.offset = 0
        self.fetching: list[asyncio.Task[None]] = []
        self.state = Consumption(
            topic=PARTITION.topic,
            settings=settings,
            metrics=Metrics(),
            deliver=self.deliver,
            by_key=True,
            gate=Gate(self.guard),
            lane=lambda _record: None,
            waiting=WaitingTasks(),
            assignment=Assignment(),
            solitude=Solitude(),
        )
        broker = make_broker(settings, client_id="test")
        self.subscriber: Any = subscribe(broker, group="g", state=self.state)
        self.subscriber.running = True
        self.rebalance = _Rebalance(self.subscriber)

    async def deliver(self, record: Record, _process: Process) -> None:
        name = (record.key or b"").decode()
        self.started.append(name)
        if name in self.parks:
            async with DeliverySlot().parked():
                await self.parks[name].wait()
            self.started.append(f"{name} again")
        await self.ends.setdefault(name, asyncio.Event()).wait()

    async def fetch(self, *keys: str, value: bytes = b"{}") -> None:
        """Hand records over as the consume loop does, until one has to wait."""
        self.fetching.append(asyncio.create_task(self._consume(keys, value)))
        await settled()

    async def _consume(self, keys: tuple[str, ...], value: bytes) -> None:
        for key in keys:
            record = FakeRecord(self.offset, key.encode(), value)
            self.offset += 1
            await self.subscriber.consume_one(record)

    async def end(self, key: str) -> None:
        """Let a record's work end."""
        self.ends.setdefault(key, asyncio.Event()).set()
        await settled()


async def settled() -> None:
    """Let every task run until it waits."""
    for _ in range(30):
        await asyncio.sleep(0)


Open = Callable[..., AsyncExitStack]


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[World]:
    world = World(KafkaSettings(**({"max_in_flight": 4, "spare_in_flight": 0} | settings)))
    await world.rebalance.on_partitions_assigned({PARTITION})
    try:
        yield world
    finally:
        for task in (*world.fetching, *world.state.tasks):
            task.cancel()
        await settled()


def pages(tenant: str, count: int) -> list[str]:
    return [f"{tenant}/{n}" for n in range(count)]


async def test_a_tenants_burst_does_not_hide_anothers_record() -> None:
    async with opened() as world:
        await world.fetch(*pages("loud", 100), "quiet/page")
        assert world.started == pages("loud", 4)
        await world.end("loud/0")
        assert world.started[4] == "loud/4"  # it waited first
        await world.end("loud/1")
        assert world.started[5] == "quiet/page"


async def test_a_tenant_with_nothing_in_process_starts_at_once() -> None:
    async with opened(spare_in_flight=1) as world:
        await world.fetch(*pages("loud", 100), "quiet/page", "other/page")
        assert world.started == [*pages("loud", 4), "quiet/page"]
        await world.end("quiet/page")
        assert world.started[5:] == ["other/page"]


async def test_records_of_one_key_stay_in_order() -> None:
    async with opened() as world:
        await world.fetch("acme/page", "acme/page", "acme/other")
        assert world.started == ["acme/page", "acme/other"]
        await world.end("acme/page")
        assert world.started == ["acme/page", "acme/other", "acme/page"]


async def test_no_more_are_taken_than_may_wait() -> None:
    async with opened(max_waiting=10) as world:
        await world.fetch(*pages("loud", 100))
        assert len(world.state.tasks) == 14
        await world.end("loud/0")
        assert len(world.state.tasks) == 14


async def test_large_records_are_not_taken_ahead() -> None:
    async with opened(max_waiting_bytes=100) as world:
        await world.fetch(*pages("loud", 100), value=b"x" * 60)
        assert len(world.state.tasks) == 6
        for n in range(4):
            await world.end(f"loud/{n}")
        assert len(world.state.tasks) == 6
        assert len(world.started) == 8


async def test_what_waits_is_given_up_at_once_and_is_for_the_next_owner() -> None:
    async with opened() as world:
        await world.fetch(*pages("loud", 8))
        for key in pages("loud", 4):
            world.ends[key].set()
        await world.rebalance.on_partitions_revoked({PARTITION})
        assert not world.state.tasks
        assert world.started == pages("loud", 4)
        await world.rebalance.on_partitions_assigned({PARTITION})
        tracker = world.state.trackers[PARTITION]
        assert [tracker.admit(n) for n in range(8)] == [Fetched.DONE] * 4 + [Fetched.RUN] * 4


async def test_a_key_stays_in_order_when_its_partition_goes_and_comes_back() -> None:
    async with opened(revoke_wait_s=0.01) as world:
        await world.fetch("acme/page", "acme/page", "acme/page")
        await world.rebalance.on_partitions_revoked({PARTITION})
        await world.rebalance.on_partitions_assigned({PARTITION})
        world.offset = 0
        await world.fetch("acme/page", "acme/page")
        assert world.started == ["acme/page"]  # it still runs here
        await world.end("acme/page")
        assert world.started == ["acme/page"] * 2


async def test_a_flooded_topic_starts_nothing_of_what_waits() -> None:
    async with opened() as world:
        await world.fetch(*pages("loud", 8))
        world.guard.failed(None)
        for key in pages("loud", 4):
            await world.end(key)
        assert world.started == pages("loud", 4)
        world.guard.half_open()
        world.state.look_again()
        await settled()
        assert world.started == pages("loud", 8)


async def test_a_parked_record_leaves_its_slot_and_takes_it_again_in_turn() -> None:
    async with opened() as world:
        world.parks = {key: asyncio.Event() for key in pages("loud", 40)}
        await world.fetch(*pages("loud", 40), "quiet/page")
        assert world.started[-1] == "quiet/page"
        assert world.state.working == 1
        await world.end("quiet/page")
        for parked in world.parks.values():
            parked.set()
        await settled()
        again = [name for name in world.started if name.endswith("again")]
        assert again == [f"{key} again" for key in pages("loud", 4)]
        await world.end("loud/0")
        assert world.started[-1] == "loud/4 again"


async def test_a_parked_record_is_given_up_like_any_that_waits() -> None:
    async with opened() as world:
        world.parks = {"acme/page": asyncio.Event()}
        await world.fetch("acme/page")
        await world.rebalance.on_partitions_revoked({PARTITION})
        assert not world.state.tasks
        await world.rebalance.on_partitions_assigned({PARTITION})
        assert world.state.trackers[PARTITION].admit(0) is Fetched.RUN


def stalled(world: World, seconds: float) -> str | None:
    """What liveness says when nothing happened for some seconds."""
    world.state.moved_at -= seconds
    world.state.waiting.left_at -= seconds
    return _stalled(world.state, 60)


async def test_liveness_fails_when_every_slot_is_stuck_however_many_wait() -> None:
    async with opened() as world:
        await world.fetch(*pages("loud", 100))
        assert stalled(world, 61) == "4 records in flight and none finished for 61 s"


async def test_liveness_does_not_mind_records_that_wait() -> None:
    async with opened() as world:
        world.parks = {key: asyncio.Event() for key in pages("loud", 8)}
        await world.fetch(*pages("loud", 8))
        assert stalled(world, 61) is None


async def test_the_time_without_records_is_no_stall() -> None:
    async with opened() as world:
        assert stalled(world, 600) is None
        await world.fetch("acme/page")
        assert _stalled(world.state, 60) is None


@pytest.mark.parametrize(("quiet_s", "is_stalled"), [(0, True), (30, False)])
async def test_work_that_lasts_says_that_it_advances(quiet_s: float, is_stalled: bool) -> None:
    async with opened() as world:
        signals: list[Callable[[float], None]] = []

        async def deliver(_record: Record, _process: Process) -> None:
            signals.append(DeliverySlot().signal())
            await asyncio.Event().wait()

        world.state.deliver = deliver
        await world.fetch("acme/book")
        assert stalled(world, 61)
        signals[0](quiet_s)
        assert _stalled(world.state, 60) is None
        assert (stalled(world, 61) is not None) is is_stalled


async def test_outside_of_delivery_there_is_no_slot() -> None:
    async with DeliverySlot().parked():
        DeliverySlot().signal()(0.0)
