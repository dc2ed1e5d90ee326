"""The state of one subscriber: what it has taken, what works, and data for the probes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from ragline.messaging.assignment import Assignment
from ragline.messaging.custody import Custody
from ragline.messaging.gate import Gate
from ragline.messaging.head_start import HeadStart
from ragline.messaging.key_order import KeyOrder
from ragline.messaging.offsets import OffsetTracker
from ragline.messaging.placement import Placement
from ragline.messaging.record import Process, Record
from ragline.messaging.slots import Slots
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import KafkaSettings

Deliver = Callable[[Record, Process], Awaitable[None]]


@dataclass(kw_only=True)
class Consumption:
    """The state of one subscriber: trackers, running tasks, and data for the probes.

    `deliver` gets the record and FastStream's pipeline; when it returns, the record's outcome is
    stored. When it raises, the record stays uncommitted and `broken` says why. With `by_key`,
    records of one key are delivered one after the other. A record is taken when `gate` lets it
    pass, and started in one of the `slots`. `lane` returns the lane of a record whose publisher is
    limited to one. `waiting` holds the tasks that wait, for a slot too; `assignment` is updated
    when partitions are assigned here. The topic is not read before `head_start` is over. While it
    is `fetching`, every record that was fetched has been taken. A record that is taken or ends sets
    `stirred`. `solitude` is shared by all subscribers of the process.
    """

    topic: str
    settings: KafkaSettings
    metrics: Metrics
    deliver: Deliver
    by_key: bool
    gate: Gate
    lane: Callable[[Record], asyncio.Lock | None]
    waiting: WaitingTasks
    assignment: Assignment
    solitude: Solitude
    head_start: HeadStart = field(default_factory=HeadStart)
    slots: Slots = field(init=False)
    in_lanes: int = 0
    custody: Custody = field(init=False)
    placement: Placement = field(init=False)
    committing: asyncio.Lock = field(default_factory=asyncio.Lock)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    trackers: dict[TopicPartition, OffsetTracker] = field(default_factory=dict)
    tasks: dict[asyncio.Task[None], TopicPartition] = field(default_factory=dict)
    key_order: KeyOrder = field(default_factory=KeyOrder)
    revoking: set[TopicPartition] = field(default_factory=set)
    inheritance: dict[TopicPartition, OffsetTracker] = field(default_factory=dict)
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    fetching: bool = False
    progress: asyncio.Event = field(default_factory=asyncio.Event)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    joined: bool = False
    broken: str | None = None
    epoch: int = 0
    moved_at: float = 0.0

    def __post_init__(self) -> None:
        self.slots = Slots(
            self.topic,
            self.settings,
            metrics=self.metrics,
            waiting=self.waiting,
            paused=lambda: self.gate.stopped or self.solitude.taken,
            advanced=self.advanced,
            changed=self.look_again,
        )
        self.custody = Custody(
            max_in_flight=self.settings.max_in_flight, max_ahead=self.settings.max_ahead
        )
        self.placement = Placement(self.topic, self.metrics, time.monotonic)
        self.solitude.watch(lambda: self.working, self.look_again)

    @property
    def working(self) -> int:
        """Records in flight, without those that wait."""
        return sum(task not in self.waiting.tasks for task in self.tasks)

    def give_up_parked(self, partitions: set[TopicPartition]) -> None:
        """Cancel the waiting tasks of `partitions`; the next owner of the partition runs them."""
        for task, partition in self.tasks.items():
            if partition in partitions and task in self.waiting.tasks:
                task.cancel()

    @asynccontextmanager
    async def in_lane(self, record: Record) -> AsyncIterator[None]:
        """Wait for the record's lane, if it has one; before it has a slot, so others can use it.

        When half of what may wait does so in lanes, the next goes without: the topic would stand
        still behind it. The record that runs alone goes without, too: whoever has the lane may wait
        until it has ended.
        """
        lane = None if self.solitude.here else self.lane(record)
        if lane is None or self.in_lanes >= self.settings.max_waiting // 2:
            yield
            return
        self.in_lanes += 1
        try:
            with self.waiting.here():
                await lane.acquire()
        finally:
            self.in_lanes -= 1
        try:
            yield
        finally:
            lane.release()

    def moved(self) -> None:
        """Note that a record is done, for the liveness probe and for fetches that wait."""
        self.advanced(0.0)
        self.look_again()

    def look_again(self) -> None:
        """Let a fetch that waits look again whether it may go on, and records if they may start."""
        self.progress.set()
        self.progress.clear()
        self.slots.turns.release()

    def advanced(self, quiet_s: float) -> None:
        """Note progress, for the liveness probe; the next may take `quiet_s` more than usual."""
        now = asyncio.get_running_loop().time()
        self.moved_at = max(self.moved_at, now + quiet_s)
