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
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber

from ragline.background import within
from ragline.clock import utc_now
from ragline.errors import KillsTheWorker, Misconfigured, RaglineError
from ragline.messaging.consumption import Consumption
from ragline.messaging.fetch_position import fetch_position
from ragline.messaging.held_fetches import hold_fetches
from ragline.messaging.kafka_errors import translated
from ragline.messaging.offsets import Fetched, OffsetTracker
from ragline.messaging.record import Process, Record
from ragline.messaging.retry_topics import wait_s
from ragline.messaging.slots import RecordSlot
from ragline.messaging.static_member import leave_for_good, member_options
from ragline.messaging.suspects import Start

log = logging.getLogger(__name__)

_LAST_CALL_S = 5.0
# aiokafka's member leaves its group when it fetches nothing for so long. Ours may wait for a
# dependency, and liveness looks after progress
_LONGEST_PAUSE_MS = 24 * 3_600_000
_REJOIN_S = 1.0
_TRY_AGAIN_S = 0.25
# how often offsets advance over what holds no record while there is nothing to do
_AT_REST_S = 1.0


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
        """Join the group and start to consume and to commit; now, or after the head start.

        Where it has, or will in the background, nothing is done: the broker starts all again, for
        instance when one of them failed.
        """
        if self.running or self.tasks:
            return
        if self.state.head_start.over:
            await self._join()
        else:
            self.add_task(self._join_later, restart_on_failure=False)

    async def _join(self) -> None:
        self._listener = _Rebalance(self)
        self.state.moved_at = asyncio.get_running_loop().time()
        await super().start()
        hold_fetches(self.consumer)
        self.add_task(self._commit_forever)

    async def _join_later(self) -> None:
        await self.state.head_start.wait()
        while self.consumer is None:
            try:
                with translated("connecting to Kafka"):
                    await self._join()
            except RaglineError as error:  # also a right that is missing: somebody may grant it
                log.warning("%s: not joined yet: %s", self.state.topic, error)
                await self._drop_consumer()
                await asyncio.sleep(_REJOIN_S)

    async def _drop_consumer(self) -> None:
        consumer, self.consumer = self.consumer, None
        if consumer is not None:
            leave_for_good(consumer)
            await self._last(consumer.stop())

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
        state.trackers = {}
        state.joined = False
        leave_for_good(self.consumer)
        await self._last(super().stop())

    async def _last(self, call: Awaitable[object]) -> None:
        """Limit the time of a last call: the client waits forever for a broker that is down."""
        if not await within(_LAST_CALL_S, call):
            log.warning("%s: the broker does not answer, stopping without it", self.state.topic)

    def partition_count(self, *, at_least: int) -> int:
        """Return how many partitions the topic has, as far as the client knows."""
        return max(self._known_partitions(), at_least, 1)

    def _known_partitions(self) -> int:
        """Return the number that the client knows; 0 if it knows none."""
        known = self.consumer.partitions_for_topic(self.state.topic) if self.consumer else None
        return len(known or ())

    async def get_msg(self, consumer: AIOKafkaConsumer) -> Any:
        """Return the next record; while this waits, every one before it has been taken."""
        self.state.fetching = True
        try:
            return await super().get_msg(consumer)
        finally:
            self.state.fetching = False

    async def consume_one(self, msg: Record) -> None:
        """Admit a record and start its task; waiting here is the back-pressure on fetching."""
        state = self.state
        epoch = state.epoch
        await state.gate.passage(lambda: len(state.tasks), state.progress)
        partition = TopicPartition(msg.topic, msg.partition)
        tracker = state.trackers.get(partition)
        if not self.running or tracker is None or partition in state.revoking:
            return  # the partition's next owner fetches it again from the committed offset

        def gone() -> bool:
            return epoch != state.epoch or partition in state.revoking or not self.running

        await state.begun.wait()
        if gone() or tracker.admit(msg.offset) is not Fetched.RUN:
            return
        while epoch == state.epoch and (
            state.slots.full or tracker.ahead > state.settings.max_ahead
        ):
            await state.progress.wait()
        await state.solitude.over()
        if not gone():
            await self._start_work(msg, partition, gone)

    async def _start_work(
        self, record: Record, partition: TopicPartition, gone: Callable[[], bool]
    ) -> None:
        """Start a record's task, as the partition's suspects allow."""
        start = self.state.custody.start(partition, record.offset)
        if start is Start.ALONE:
            await self._run_alone(record, partition, gone)
            return
        if start is Start.NOTED:
            await self.commit(also={partition})
            if gone():
                return
        self._launch(
            record, partition, _condemned if start is Start.NEVER else self.process_message
        )

    async def _run_alone(
        self, record: Record, partition: TopicPartition, gone: Callable[[], bool]
    ) -> None:
        """Run a record that may kill this process, and nothing else until it has ended."""
        state = self.state
        clock = asyncio.get_running_loop().time
        due = clock() + wait_s(record, utc_now())
        while not gone() and (state.tasks or clock() < due):
            await self._pause()
        async with state.solitude.alone():
            while not gone() and not await self.commit(also={partition}):
                await self._pause()
            if gone():
                return
            log.warning("%s: offset %d runs alone", partition, record.offset)
            await asyncio.wait([self._launch(record, partition, self.process_message)])
            state.custody.ended(partition)
            await self.commit(also={partition})

    async def _pause(self) -> None:
        await asyncio.sleep(_TRY_AGAIN_S)

    def _launch(
        self, record: Record, partition: TopicPartition, process: Process
    ) -> asyncio.Task[None]:
        state = self.state
        state.trackers[partition].run(record.offset)
        key = record.key if state.by_key else None
        # one without a value removes what lies there, and so may come from any partition
        if key and record.value is not None and (partitions := self._known_partitions()):
            state.placement.check(key, record.partition, partitions=partitions)
        before = state.key_order.last(key) if key else None
        slot = state.slots.line_up(record)
        task = asyncio.create_task(self._run(record, partition, process, slot, before))
        state.tasks[task] = partition
        state.stirred.set()
        state.waiting.tasks.add(task)
        if key:
            state.key_order.add(key, task)
        task.add_done_callback(lambda done: self._landed(done, record.offset, key, slot))
        return task

    async def _turn(self, slot: RecordSlot) -> None:
        """Take a slot; the record that runs alone needs none."""
        state = self.state
        if state.solitude.here:
            with state.waiting.here():  # it was launched as one that waits
                return
        await slot.take()
        with state.waiting.here():
            await state.solitude.over()

    def _landed(
        self, task: asyncio.Task[None], offset: int, key: bytes | None, slot: RecordSlot
    ) -> None:
        state = self.state
        partition = state.tasks.pop(task)
        state.stirred.set()
        state.waiting.tasks.discard(task)
        if key:
            state.key_order.remove(key, task)
        if task.cancelled():  # a task may be cancelled before its first step, so not in `_run`
            for tracker in self._trackers(partition):
                tracker.abandon(offset)
        slot.leave()
        state.moved()

    async def _run(
        self,
        record: Record,
        partition: TopicPartition,
        process: Process,
        slot: RecordSlot,
        before: asyncio.Task[None] | None,
    ) -> None:
        try:
            await self._after(before)
            async with self.state.in_lane(record):
                await self._turn(slot)
                await self.state.deliver(record, process)
        except Exception as error:
            self.state.broken = f"{partition} offset {record.offset}: {error}"
            log.exception("%s: record stays uncommitted", self.state.broken)
            return
        for tracker in self._trackers(partition):
            tracker.finish(record.offset)

    async def _after(self, before: asyncio.Task[None] | None) -> None:
        """Wait for the key's record before; a member that gave it up gives up this one, too."""
        if before is None:
            return
        with self.state.waiting.here():
            await asyncio.wait([before])
        if before.cancelled():
            raise asyncio.CancelledError

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
            state.begun.set()
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
        self._pass_gaps()
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

    def _pass_gaps(self) -> None:
        """Let offsets advance over what holds no record: marks of transactions, compacted ends.

        Between a fetch and its record's admission the position is ahead of what was taken, and a
        record of a partition that goes is not taken at all.
        """
        state = self.state
        if self.consumer is None or not (state.fetching and self.running):
            return
        for partition, tracker in state.trackers.items():
            at = fetch_position(self.consumer, partition)
            if at is not None and partition not in state.revoking:
                tracker.passed(at)

    async def _commit_forever(self) -> None:
        state = self.state
        while self.running:
            await within(_AT_REST_S, state.stirred.wait())
            state.stirred.clear()
            await asyncio.sleep(state.settings.commit_interval_ms / 1000)
            state.slots.show()
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
        no_reply=True,  # else a publisher's `reply_to` header has us write to any topic it names
        auto_offset_reset="earliest",
        isolation_level=settings.isolation_level,
        fetch_max_wait_ms=settings.fetch_max_wait_ms,
        max_partition_fetch_bytes=settings.max_request_size,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
        rebalance_timeout_ms=settings.rebalance_timeout_ms,
        max_poll_interval_ms=_LONGEST_PAUSE_MS,
        client_rack=settings.client_rack,
        **member_options(settings, state.topic),
        **options,
    )
    if type(subscriber) is not DefaultSubscriber:
        raise Misconfigured(f"FastStream made a {type(subscriber).__name__}; see this module's top")
    ordered: Any = subscriber
    ordered.__class__ = OrderedCommitSubscriber
    ordered.state = state
    return ordered
