"""When a subscriber joins; what it takes and when; what it tells of its assignment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError
from tests.patience import PATIENCE_S

from ragline.background import beside
from ragline.contracts.topics import DOCUMENT_ACCESS
from ragline.messaging import ordered
from ragline.messaging.assignment import Assignment
from ragline.messaging.consumption import Consumption
from ragline.messaging.flood import FloodGuard
from ragline.messaging.gate import Gate
from ragline.messaging.head_start import HeadStart
from ragline.messaging.kafka_broker import make_broker
from ragline.messaging.offsets import OffsetTracker
from ragline.messaging.ordered import _Rebalance, subscribe
from ragline.messaging.record import Process, Record
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import DeliverySettings, KafkaSettings

PARTITION = TopicPartition("documents", 0)


async def deliver_nothing(record: Record, process: Process) -> None:
    raise NotImplementedError


def consumption(**changes: Any) -> Consumption:
    fields: dict[str, Any] = {
        "topic": "documents",
        "settings": KafkaSettings(max_in_flight=2),
        "metrics": Metrics(),
        "deliver": deliver_nothing,
        "by_key": True,
        "gate": Gate(FloodGuard(DeliverySettings())),
        "lane": lambda _record: None,
        "waiting": WaitingTasks(),
        "assignment": Assignment(),
        "solitude": Solitude(),
    }
    return Consumption(**fields | changes)


@dataclass
class FakeRecord:
    key: bytes
    offset: int
    value: bytes = b"{}"
    topic: str = "documents"
    partition: int = 0
    timestamp: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


class Member:
    """A subscriber that owns one partition, and notes what it delivers."""

    def __init__(self, **changes: Any) -> None:
        self.delivered: list[int] = []
        self.finish: dict[int, asyncio.Event] = {}
        self.state = consumption(deliver=self.deliver, **changes)
        broker = make_broker(KafkaSettings(), client_id="test")
        self.subscriber: Any = subscribe(broker, group="g", state=self.state)
        self.subscriber.running = True
        self.state.trackers[PARTITION] = OffsetTracker()
        self.state.begun.set()

    async def deliver(self, record: Any, _process: Any) -> None:
        self.delivered.append(record.offset)
        await self.finish.setdefault(record.offset, asyncio.Event()).wait()

    async def take(self, *offsets: int, key: bytes) -> None:
        """Take records, as far as that is possible now."""
        for offset in offsets:
            record = FakeRecord(key + b"%d" % offset if key.endswith(b"/") else key, offset)
            await asyncio.wait_for(self.subscriber.consume_one(record), 1)
        await settle()

    async def end(self, *offsets: int) -> None:
        for offset in offsets:
            self.finish.setdefault(offset, asyncio.Event()).set()
        await settle()


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_is_limited_to_a_lane_leaves_the_slots_to_others() -> None:
    lane = asyncio.Lock()
    member = Member(lane=lambda record: lane if record.key.startswith(b"bad/") else None)
    await member.take(0, 1, 2, key=b"bad/")  # there are two slots
    await member.take(3, key=b"good/")
    assert member.delivered == [0, 3]
    assert member.state.working == 2
    await member.end(0)
    await member.end(1, 2, 3)
    assert member.delivered == [0, 3, 1, 2]
    assert member.state.trackers[PARTITION].committable == 4
    assert member.state.slots.turns.held == 0
    assert member.state.in_lanes == 0


async def test_a_topic_does_not_stand_still_behind_a_lane() -> None:
    lane = asyncio.Lock()
    settings = KafkaSettings(max_in_flight=2, max_waiting=4)
    member = Member(lane=lambda _record: lane, settings=settings)
    await member.take(0, 1, 2, 3, key=b"bad/")
    assert member.delivered == [0, 3]  # 1 and 2 wait: half of what may
    await member.end(0, 1, 2, 3)
    assert sorted(member.delivered) == [0, 1, 2, 3]


async def test_records_given_up_in_their_lane_are_for_the_next_owner() -> None:
    lane = asyncio.Lock()
    member = Member(lane=lambda _record: lane)
    await member.take(0, 1, 2, key=b"bad/")
    member.state.give_up_parked({PARTITION})
    await member.end(0)
    assert member.delivered == [0]
    assert member.state.trackers[PARTITION].committable == 1
    assert not member.state.tasks
    assert not lane.locked()


async def test_a_record_behind_another_of_its_key_neither_stalls_nor_outlives_it() -> None:
    member = Member()
    await member.take(0, 1, key=b"acme/a")
    assert member.delivered == [0]
    assert member.state.working == 1
    next(iter(member.state.tasks)).cancel()
    await settle()
    assert member.delivered == [0]
    assert not member.state.tasks
    assert member.state.trackers[PARTITION].committable == 0


async def test_what_was_fetched_before_a_rebalance_is_not_taken_after_it() -> None:
    guard = FloodGuard(DeliverySettings(flood_run=1))
    member = Member(gate=Gate(guard))
    guard.failed("acme")
    taken = asyncio.create_task(member.subscriber.consume_one(FakeRecord(b"acme/a", 7)))
    await settle()
    member.state.epoch += 1  # the partition went, and came back
    member.state.trackers[PARTITION] = OffsetTracker()
    guard.half_open()
    member.state.moved()
    await taken
    assert member.state.trackers[PARTITION].committable is None


class IdleConsumer:
    """Fetched up to a position and found no more records; notes what is committed."""

    def __init__(self, position: int) -> None:
        state = SimpleNamespace(has_valid_position=True, position=position)
        assignment = SimpleNamespace(tps={PARTITION}, state_value=lambda _partition: state)
        self._subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=assignment))
        self.commit = AsyncMock()
        self.getone = asyncio.Event().wait

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return {0}


async def test_what_holds_no_record_is_committed_while_nothing_is_left_to_take() -> None:
    member = Member()
    member.subscriber.consumer = consumer = IdleConsumer(position=9)
    await member.subscriber.commit()
    assert not consumer.commit.called  # a record below the position may be on its way here

    fetching = asyncio.create_task(member.subscriber.get_msg(consumer))
    await settle()
    member.state.revoking.add(PARTITION)
    await member.subscriber.commit()
    assert not consumer.commit.called
    member.state.revoking.clear()
    await member.take(4, key=b"acme/a")
    await member.subscriber.commit()
    assert consumer.commit.await_args_list[-1].args == ({PARTITION: (4, "")},)
    await member.end(4)
    await member.subscriber.commit()
    assert consumer.commit.await_args_list[-1].args == ({PARTITION: (9, "")},)
    fetching.cancel()
    await settle()
    assert not member.state.fetching


async def test_a_half_open_topic_takes_one_record_at_a_time() -> None:
    guard = FloodGuard(DeliverySettings(flood_run=1))
    guard.failed("acme")
    guard.half_open()
    member = Member(gate=Gate(guard))
    await member.take(0, key=b"acme/")
    taken = asyncio.create_task(member.subscriber.consume_one(FakeRecord(b"acme/1", 1)))
    await settle()
    assert member.delivered == [0]
    guard.succeeded("acme")
    await member.end(0)
    assert member.delivered == [0, 1]
    assert taken.done()
    await member.end(1)


async def test_a_member_knows_its_part_of_the_partitions() -> None:
    assignment = Assignment()
    state = consumption(topic="queries", by_key=False, assignment=assignment)
    subscriber = subscribe(make_broker(KafkaSettings(), client_id="test"), group="g", state=state)
    subscriber.consumer = SimpleNamespace(partitions_for_topic=lambda _topic: {0, 1, 2, 3})
    subscriber.take_over = AsyncMock()
    assert assignment.share == 1.0

    rebalance = _Rebalance(subscriber)
    await rebalance.on_partitions_assigned({TopicPartition("queries", 1)})
    assert assignment.share == 0.25
    await rebalance.on_partitions_assigned({TopicPartition("queries", n) for n in range(4)})
    assert assignment.share == 1.0


async def test_a_topic_that_must_wait_is_joined_after_the_head_start_and_tried_until_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ragline.messaging.ordered._REJOIN_S", 0.001)
    head_start = HeadStart(DOCUMENT_ACCESS)
    state = consumption(head_start=head_start)
    subscriber: Any = subscribe(
        make_broker(KafkaSettings(), client_id="test"), group="g", state=state
    )
    refused = GroupAuthorizationFailedError("g")
    outcomes: list[Exception | None] = [KafkaConnectionError("away"), refused, None]
    joined = asyncio.Event()

    async def join() -> None:
        if (error := outcomes.pop(0)) is not None:
            raise error
        subscriber.consumer = SimpleNamespace()
        joined.set()

    monkeypatch.setattr(subscriber, "_join", join)
    for _ in range(2):  # the broker is started again if one of its subscribers fails to start
        await subscriber.start()
    await asyncio.sleep(0)
    assert len(outcomes) == 3

    head_start.saw({}, {})
    await subscriber.start()  # it joins in the background, and not once more
    assert len(outcomes) == 3
    await joined.wait()
    assert outcomes == []


async def test_one_that_has_joined_does_not_join_again(monkeypatch: pytest.MonkeyPatch) -> None:
    subscriber: Any = subscribe(
        make_broker(KafkaSettings(), client_id="test"), group="g", state=consumption()
    )
    join = AsyncMock(side_effect=lambda: setattr(subscriber, "running", True))
    monkeypatch.setattr(subscriber, "_join", join)
    for _ in range(2):
        await subscriber.start()
    assert join.await_count == 1


async def test_a_record_that_ends_is_committed_without_waiting_for_the_next_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ordered, "_AT_REST_S", 1e6)
    member = Member(settings=KafkaSettings(max_in_flight=2, commit_interval_ms=1))
    member.subscriber.consumer = consumer = IdleConsumer(position=5)
    async with beside(member.subscriber._commit_forever()), asyncio.timeout(PATIENCE_S):
        await member.take(4, key=b"acme/a")
        await member.end(4)
        while not consumer.commit.called:
            await asyncio.sleep(0.001)
