"""Lag: how far consumer groups are behind the ends of their topics, asked of the broker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from ragline.background import beside
from ragline.messaging.kafka import client_options
from ragline.settings import KafkaSettings

log = logging.getLogger(__name__)

_LOOK_TIMEOUT_S = 5.0
_MEMBERS = 5  # the field of a DescribeGroups response; aiokafka hands it out as it comes


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTopic:
    """A topic as one consumer group reads it."""

    group: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Records on their way through stages in a row, and how many the last of them ever finished.

    A record is on one of the topics at a time, so the lags add up to records under way. `members`
    is how many consumers the largest of the groups has.
    """

    lag: int
    done: int
    members: int


class LagReader:
    """Asks the broker. Both clients only ask: they join no group and write nothing."""

    def __init__(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        self._admin = admin
        self._consumer = consumer
        self._partitions: dict[str, list[TopicPartition]] = {}

    async def look(self, wanted: Sequence[GroupTopic]) -> Look:
        """Return the lag of all of `wanted` together, which are given in the pipeline's order.

        Raises:
            KafkaError: the broker does not answer.
        """
        looks = await asyncio.gather(*(self.look_at(each) for each in wanted))
        return Look(
            lag=sum(look.lag for look in looks),
            done=looks[-1].done,
            members=max(look.members for look in looks),
        )

    async def look_at(self, wanted: GroupTopic) -> Look:
        """Return what one group is behind its topic.

        Raises:
            KafkaError: the broker does not answer.
        """
        found = await self._admin.list_consumer_group_offsets(wanted.group)
        committed = {
            partition: offset.offset
            for partition, offset in found.items()
            if partition.topic == wanted.topic and offset.offset >= 0
        }
        partitions = await self._partitions_of(wanted.topic)
        # a group that never committed begins where the topic begins, which retention may have moved
        fresh = [partition for partition in partitions if partition not in committed]
        if fresh:
            committed |= await self._consumer.beginning_offsets(fresh)
        ends = await self._consumer.end_offsets(partitions)
        lag = sum(max(0, ends[each] - committed[each]) for each in partitions)
        members = await self._members_of(wanted.group)
        return Look(lag=lag, done=sum(committed.values()), members=members)

    async def stored(self, topic: str) -> int:
        """Return how many records lie on a topic that is not compacted.

        Raises:
            KafkaError: the broker does not answer.
        """
        partitions = await self._partitions_of(topic)
        begins = await self._consumer.beginning_offsets(partitions)
        ends = await self._consumer.end_offsets(partitions)
        return sum(ends[each] - begins[each] for each in partitions)

    async def _members_of(self, group: str) -> int:
        (response,) = await self._admin.describe_consumer_groups([group])
        (described,) = response.groups
        return len(described[_MEMBERS])

    async def _partitions_of(self, topic: str) -> list[TopicPartition]:
        """Ask once: a topic that grows is seen in full after the next reconnection."""
        if not self._partitions.get(topic):
            (described,) = await self._admin.describe_topics([topic])
            self._partitions[topic] = [
                TopicPartition(topic, each["partition"]) for each in described["partitions"]
            ]
        return self._partitions[topic]


@asynccontextmanager
async def open_lag_reader(settings: KafkaSettings) -> AsyncIterator[LagReader]:
    """Connect to the broker.

    Raises:
        KafkaError: it does not answer.
    """
    options = client_options(settings)
    admin = AIOKafkaAdminClient(**options, request_timeout_ms=5_000)
    consumer = AIOKafkaConsumer(**options, request_timeout_ms=5_000)
    try:
        await admin.start()
        await consumer.start()
        yield LagReader(admin, consumer)
    finally:
        await consumer.stop()
        await admin.close()


@asynccontextmanager
async def watching_lag(
    settings: KafkaSettings,
    wanted: Sequence[GroupTopic],
    *,
    tell: Callable[[Look], None],
    every_s: float,
) -> AsyncIterator[None]:
    """Look at the lag of `wanted` again and again while the block runs.

    `tell` gets each look; a broker that does not answer is asked again.
    """

    async def look(reader: LagReader) -> None:
        tell(await reader.look(wanted))

    async with looking(settings, look, every_s=every_s):
        yield


@asynccontextmanager
async def looking(
    settings: KafkaSettings, look: Callable[[LagReader], Awaitable[None]], *, every_s: float
) -> AsyncIterator[None]:
    """Call `look` again and again while the block runs.

    A broker that does not answer, or not within 5 seconds, is asked again.
    """

    async def watch() -> None:
        while True:
            try:
                async with open_lag_reader(settings) as reader:
                    await _look_forever(reader, look, every_s)
            except (KafkaError, OSError, TimeoutError) as error:
                log.info("the lag cannot be read just now: %r", error)
            except Exception:
                log.exception("the lag cannot be read")
            await asyncio.sleep(1)

    async with beside(watch()):
        yield


async def _look_forever(
    reader: LagReader, look: Callable[[LagReader], Awaitable[None]], every_s: float
) -> None:
    while True:
        async with asyncio.timeout(_LOOK_TIMEOUT_S):
            await look(reader)
        await asyncio.sleep(every_s)
