"""Ordered commit on FastStream: at least once, concurrent, no commit before the outcome is stored.

Every record runs FastStream's whole pipeline (`process_message`) in its own task; offsets are
committed up to the lowest unfinished record. FastStream's own acknowledgement policies lose records
or redeliver them endlessly (see `docs/architecture/delivery.md`), and a middleware can neither make
the subscriber concurrent nor see header and publish errors. So this subclass of the default
subscriber relies on internals: the FastStream version is pinned exactly, and
`tests/contract/test_faststream_internals.py` fails on an upgrade.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber

from ragline.background import within
from ragline.errors import KillsTheWorker, Misconfigured
from ragline.messaging.assignment import Assignment
from ragline.messaging.custody import Custody
from ragline.messaging.failures import due_at
from ragline.messaging.offsets import Fetched, OffsetTracker
from ragline.messaging.record import Process, Record
from ragline.messaging.solitude import Solitude
from ragline.messaging.suspects import Start
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import KafkaSettings

log = logging.getLogger(__name__)

_LAST_CALL_S = 5.0
_TRY_AGAIN_S = 0.25

Deliver = Callable[[Record, Process], Awaitable[None]]


@dataclass(kw_only=True)
class Consumption:
    """The state of one subscriber: trackers, running tasks, and data for the probes.

    `deliver` gets the record and FastStream's pipeline; when it returns, the record's outcome is
    stored. When it raises, the record stays uncommitted and `broken` says why. With `by_key`,
    records of one key are delivered one after the other. While `halted` returns true (a flood of
    dead letters), no more records are taken. `waiting` holds the tasks that wait and have done no
    work yet; `assignment` is updated when partitions are assigned here. `solitude` is shared by all
    subscribers of the process.
    """

    topic: str
    settings: KafkaSettings
    metrics: Metrics
    deliver: Deliver
    by_key: bool
    halted: Callable[[], bool]
    waiting: WaitingTasks
    assignment: Assignment
    solitude: Solitude
    slots: asyncio.Semaphore = field(init=False)
    custody: Custody = field(init=False)
    committing: asyncio.Lock = field(default_factory=asyncio.Lock)
    trackers: dict[TopicPartition, OffsetTracker] = field(default_factory=dict)
    tasks: dict[asyncio.Task[None], TopicPartition] = field(default_factory=dict)
    key_tails: dict[bytes, asyncio.Task[None]] = field(default_factory=dict)
    revoking: set[TopicPartition] = field(default_factory=set)
    inheritance: dict[TopicPartition, OffsetTracker] = field(default_factory=dict)
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    progress: asyncio.Event = field(default_factory=asyncio.Event)
    joined: bool = False
    broken: str | None = None
    epoch: int = 0
    moved_at: float = 0.0

    def __post_init__(self) -> None:
        most = self.settings.max_in_flight
        self.slots = asyncio.Semaphore(most)
        self.custody = Custody(max_in_flight=most, max_ahead=self.settings.max_ahead)
        self.solitude.watch(lambda: self.working)

    @property
    def working(self) -> int:
        """Records in flight, without those that wait and have not been started."""
        return sum(task not in self.waiting.tasks for task in self.tasks)

    def give_up_parked(self, partitions: set[TopicPartition]) -> None:
        """Cancel the waiting tasks of `partitions`; the next owner of the partition runs them."""
        for task, partition in self.tasks.items():
            if partition in partitions and task in self.waiting.tasks:
                task.cancel()

    def moved(self) -> None:
        """Note progress, for the liveness probe and for fetches that wait for a free slot."""
        self.moved_at = asyncio.get_running_loop().time()
        self.progress.set()
        self.progress.clear()


class _Rebalance(ConsumerRebalanceListener):
    """Hands over revoked partitions: wait briefly, commit, remember what still runs."""

    def __init__(self, subscriber: OrderedCommitSubscriber) -> None:
        self._subscriber = subscriber

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        state = self._subscriber.state
        state.revoking |= revoked
        state.give_up_parked(revoked)
        await self._subscriber.settle(revoked, timeout=state.settings.revoke_wait_s)
        await self._subscriber.commit(closing=True)
        state.epoch += 1
        for partition in revoked:
            state.committed.pop(partition, None)
            if tracker := state.trackers.pop(partition, None):
                state.inheritance[partition] = tracker

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        state = self._subscriber.state
        heirs = {tp: state.inheritance[tp].successor() for tp in assigned & set(state.inheritance)}
        state.trackers = {tp: heirs.get(tp, OffsetTracker()) for tp in assigned}
        state.inheritance.clear()
        state.revoking.clear()
        await self._subscriber.take_over(assigned)
        known = self._subscriber.partition_count(at_least=len(assigned))
        state.assignment.share = len(assigned) / known
        state.joined = True
        state.moved()
        state.metrics.count("ragline_rebalances_total", topic=state.topic)
        log.info("%s: %d partitions assigned", state.topic, len(assigned))


class OrderedCommitSubscriber(DefaultSubscriber):
    """FastStream's default Kafka subscriber with concurrent work and ordered commit."""

    state: Consumption

    async def start(self) -> None:
        """Join the group and start to consume and to commit."""
        self._listener = _Rebalance(self)
        self.state.moved_at = asyncio.get_running_loop().time()
        await super().start()
        self.add_task(self._commit_forever)

    async def stop(self) -> None:
        """Stop fetching, drain, cancel what remains, commit, then leave the group."""
        self.running = False
        state = self.state
        state.give_up_parked(set(state.tasks.values()))
        await self.settle(set(state.tasks.values()), state.settings.drain_timeout_s)
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await self._last(self.commit(closing=True))
        state.joined = False
        await self._last(super().stop())

    async def _last(self, call: Awaitable[object]) -> None:
        """Limit the time of a last call: the client waits forever for a broker that is down."""
        if not await within(_LAST_CALL_S, call):
            log.warning("%s: the broker does not answer, stopping without it", self.state.topic)

    def partition_count(self, *, at_least: int) -> int:
        """Return how many partitions the topic has, as far as the client knows."""
        known = self.consumer.partitions_for_topic(self.state.topic) if self.consumer else None
        return max(len(known or ()), at_least, 1)

    async def consume_one(self, msg: Record) -> None:
        """Admit a record and start its task; waiting here is the back-pressure on fetching."""
        state = self.state
        if state.halted():
            await asyncio.Event().wait()  # blocks until the service stops: nothing more is admitted
        partition = TopicPartition(msg.topic, msg.partition)
        tracker = state.trackers.get(partition)
        if not self.running or tracker is None or partition in state.revoking:
            return  # the partition's next owner fetches it again from the committed offset
        epoch = state.epoch

        def gone() -> bool:
            return epoch != state.epoch or partition in state.revoking or not self.running

        await state.begun.wait()
        if gone() or tracker.admit(msg.offset) is not Fetched.RUN:
            return
        while tracker.ahead(msg.offset) > state.settings.max_ahead and epoch == state.epoch:
            await state.progress.wait()
        await state.slots.acquire()
        await state.solitude.over()
        if gone() or not await self._started(msg, partition, gone):
            state.slots.release()

    async def _started(
        self, record: Record, partition: TopicPartition, gone: Callable[[], bool]
    ) -> bool:
        """Start a record's task as the partition's suspects allow; tell whether it was started."""
        start = self.state.custody.start(partition, record.offset)
        if start is Start.ALONE:
            return await self._ran_alone(record, partition, gone)
        if start is Start.NOTED:
            await self.commit(also={partition})
            if gone():
                return False
        process = _condemned if start is Start.NEVER else self.process_message
        self._launch(record, partition, process)
        return True

    async def _ran_alone(
        self, record: Record, partition: TopicPartition, gone: Callable[[], bool]
    ) -> bool:
        """Run a record that may kill this process, and nothing else until it has ended."""
        state = self.state
        while not gone() and due_at(record) > time.time() * 1000:
            await self._pause()
        async with state.solitude.alone():
            while not gone() and not await self.commit(also={partition}):
                await self._pause()
            if gone():
                return False
            log.warning("%s: offset %d runs alone", partition, record.offset)
            await asyncio.wait([self._launch(record, partition, self.process_message)])
            state.custody.ended(partition)
            await self.commit(also={partition})
        return True

    async def _pause(self) -> None:
        await asyncio.sleep(_TRY_AGAIN_S)

    def _launch(
        self, record: Record, partition: TopicPartition, process: Process
    ) -> asyncio.Task[None]:
        state = self.state
        state.trackers[partition].run(record.offset)
        before = state.key_tails.get(record.key) if state.by_key and record.key else None
        task = asyncio.create_task(self._run(record, partition, process, before))
        state.tasks[task] = partition
        if state.by_key and record.key:
            state.key_tails[record.key] = task
        state.metrics.set("ragline_records_in_flight", len(state.tasks), topic=state.topic)
        task.add_done_callback(lambda done: self._landed(done, record.key))
        return task

    def _landed(self, task: asyncio.Task[None], key: bytes | None) -> None:
        state = self.state
        del state.tasks[task]
        if key is not None and state.key_tails.get(key) is task:
            del state.key_tails[key]
        state.slots.release()
        state.metrics.set("ragline_records_in_flight", len(state.tasks), topic=state.topic)
        state.moved()

    async def _run(
        self,
        record: Record,
        partition: TopicPartition,
        process: Process,
        before: asyncio.Task[None] | None,
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await self.state.deliver(record, process)
        except asyncio.CancelledError:
            for tracker in self._trackers(partition):
                tracker.abandon(record.offset)
            raise
        except Exception as error:
            self.state.broken = f"{partition} offset {record.offset}: {error}"
            log.exception("%s: record stays uncommitted", self.state.broken)
            return
        for tracker in self._trackers(partition):
            tracker.finish(record.offset)

    def _trackers(self, partition: TopicPartition) -> list[OffsetTracker]:
        """Return the partition's current tracker and the one kept across a rebalance, if any."""
        books = (self.state.trackers, self.state.inheritance)
        return [book[partition] for book in books if partition in book]

    async def settle(self, partitions: set[TopicPartition], timeout: float) -> None:
        """Wait until no task of `partitions` runs, at most `timeout` seconds."""
        running = [task for task, partition in self.state.tasks.items() if partition in partitions]
        if running:
            await asyncio.wait(running, timeout=timeout)

    async def take_over(self, assigned: set[TopicPartition]) -> None:
        """Read how the partitions' last owners ended, and note the new one."""
        state = self.state
        if self.consumer is None:
            return
        state.begun.clear()
        try:
            async with asyncio.timeout(_LAST_CALL_S), state.committing:
                deaths = await state.custody.begin(self.consumer, assigned)
        except (KafkaError, TimeoutError) as error:
            log.warning("%s: the last owners' ends stay unknown: %r", state.topic, error)
        else:
            state.metrics.count("ragline_worker_deaths_total", deaths, topic=state.topic)
        finally:
            state.begun.set()

    async def commit(self, *, also: Iterable[TopicPartition] = (), closing: bool = False) -> bool:
        """Commit each partition's lowest unfinished offset where it moved.

        Args:
            also: partitions whose note is committed even if their offset did not move.
            closing: note the orderly end of every partition.

        Returns:
            Whether it was committed.
        """
        async with self.state.committing:
            return await self._commit(also, closing=closing)

    async def _commit(self, also: Iterable[TopicPartition], *, closing: bool) -> bool:
        state = self.state
        moved = {
            partition: offset
            for partition, tracker in state.trackers.items()
            if (offset := tracker.committable) is not None
            and offset > state.committed.get(partition, -1)
        }
        commits = state.custody.commits(moved, also=also, closing=closing)
        if not commits or self.consumer is None:
            return True
        try:
            await self.consumer.commit(commits)
        except (CommitFailedError, IllegalStateError) as error:
            # the group has rebalanced without us; the next owner starts at the committed offsets
            log.warning("%s: commit refused: %s", state.topic, error)
        except KafkaError as error:
            log.warning("%s: commit failed, the next one covers it: %s", state.topic, error)
        else:
            state.committed.update(moved)
            return True
        state.metrics.count("ragline_commit_failures_total", topic=state.topic)
        return False

    async def _commit_forever(self) -> None:
        while self.running:
            await asyncio.sleep(self.state.settings.commit_interval_ms / 1000)
            await self.commit()


async def _condemned(_record: Record) -> None:
    raise KillsTheWorker(
        "each time that it was worked on, the process died: three times, the last time alone in it"
    )


def subscribe(broker: KafkaBroker, *, group: str, state: Consumption, **options: Any) -> Any:
    """Create a subscriber through FastStream's factory and add ordered commit to it.

    Raises:
        Misconfigured: FastStream made another kind of subscriber than the one extended here.
    """
    settings = state.settings
    subscriber = broker.subscriber(
        state.topic,
        group_id=group,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=settings.fetch_max_wait_ms,
        max_partition_fetch_bytes=settings.max_request_size,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
        rebalance_timeout_ms=settings.rebalance_timeout_ms,
        **options,
    )
    if type(subscriber) is not DefaultSubscriber:
        raise Misconfigured(f"FastStream made a {type(subscriber).__name__}; see this module's top")
    ordered: Any = subscriber
    ordered.__class__ = OrderedCommitSubscriber
    ordered.state = state
    return ordered
