"""One topic is read first: others wait until the group has read it up to where it ended at start.

A new index is filled from two topics. If content came before the statement of who may read it,
everybody could find it until then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from ragline.contracts.topics import Topic
from ragline.errors import RaglineError
from ragline.messaging.kafka_clients import ClientProfile, open_consumer
from ragline.messaging.lag import GroupTopic, open_lag_reader
from ragline.settings import KafkaSettings

log = logging.getLogger(__name__)

_LOOK_S = 0.25
_PAUSE_S = 1.0
_PROFILE = ClientProfile(client_id="ragline-head-start", request_timeout_ms=5_000)

Offsets = Mapping[TopicPartition, int]


class HeadStart:
    """Says whether the group has read `topic` far enough; without a topic it has from the start."""

    def __init__(self, topic: Topic | None = None) -> None:
        self.topic = topic
        self._left: int | None = None
        self._over = asyncio.Event()
        if topic is None:
            self._over.set()

    @property
    def over(self) -> bool:
        """Whether the other topics may be read."""
        return self._over.is_set()

    def concerns(self, topic: str) -> bool:
        """Tell whether the others wait for records of `topic` at the moment."""
        return not self.over and self.topic is not None and topic == self.topic.name

    async def wait(self) -> None:
        """Return when the other topics may be read."""
        await self._over.wait()

    def saw(self, committed: Offsets, ends: Offsets) -> None:
        """Note what the whole group has read; what it read further than `ends` does not count."""
        self._left = sum(max(0, end - committed.get(each, 0)) for each, end in ends.items())
        if self._left == 0:
            self._over.set()

    def problem(self) -> str | None:
        """Return what is waited for, or None."""
        if self.over or self.topic is None:
            return None
        left = "" if self._left is None else f", {self._left} offsets to go"
        return f"waits until {self.topic.name} is read up to where it ended at start{left}"


async def watch_head_start(head_start: HeadStart, kafka: KafkaSettings, group: str) -> None:
    """Look at the group's progress until the head start is over; wait for a broker that is away."""
    if head_start.topic is None:
        return
    name = head_start.topic.name
    ends: Offsets | None = None  # of records; known once the log's own ends did not say enough
    while not head_start.over:
        try:
            async with open_lag_reader(kafka) as reader:
                wanted = GroupTopic(group=group, topic=name)
                if ends is None:
                    ends_of_log = await reader.ends(name)
                    head_start.saw(await reader.committed(wanted), ends_of_log)
                    if head_start.over:
                        return
                    ends = await _ends_of_records(kafka, ends_of_log)
                while not head_start.over:
                    head_start.saw(await reader.committed(wanted), ends)
                    await asyncio.sleep(_LOOK_S)
        except (RaglineError, KafkaError, OSError, TimeoutError) as error:
            log.info("how far %s is read cannot be seen at the moment: %r", name, error)
            await asyncio.sleep(_PAUSE_S)


async def _ends_of_records(kafka: KafkaSettings, ends: Offsets) -> Offsets:
    """Return the offsets behind the last records; a transaction's marks behind them are no records.

    Nobody ever commits beyond a mark at a partition's end, so it must not be waited for.
    """
    async with open_consumer(kafka, _PROFILE, partitions=ends) as consumer:
        begins = await consumer.beginning_offsets(list(ends))
        consumer.pause(*ends)
        return {
            each: await _end_of_records(consumer, each, begins[each], ends[each]) for each in ends
        }


async def _end_of_records(
    consumer: AIOKafkaConsumer, partition: TopicPartition, begin: int, end: int
) -> int:
    back = 1
    while end > begin:
        start = max(begin, end - back)
        consumer.seek(partition, start)
        if (last := await _last_before(consumer, partition, end)) is not None:
            return last + 1
        if start == begin:
            break
        back *= 8
    return 0


async def _last_before(
    consumer: AIOKafkaConsumer, partition: TopicPartition, end: int
) -> int | None:
    """Return the offset of the last record below `end` from the consumer's position on."""
    last = None
    consumer.resume(partition)
    try:
        while await consumer.position(partition) < end:
            found = await consumer.getmany(partition, timeout_ms=500)
            for record in found.get(partition, ()):
                last = record.offset if record.offset < end else last
    finally:
        consumer.pause(partition)
    return last
