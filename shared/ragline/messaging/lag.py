"""Lag: how far consumer groups are behind the ends of their topics, as read from the broker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from ragline.background import repeating
from ragline.errors import RaglineError
from ragline.messaging.groups import committed_offsets, count_members, group_states
from ragline.messaging.kafka_clients import ClientProfile, open_admin, open_consumer
from ragline.settings import KafkaSettings

log = logging.getLogger(__name__)

# a service looks again, on a new connection, rather than wait for a broker
_SERVICE = ClientProfile(client_id="ragline-lag", request_timeout_ms=5_000)
_LOOK_TIMEOUT_S = 5.0
_RECONNECT_S = 1.0
# between two looks while nothing is under way; a look counts for 5 s (`Backlog`)
_IDLE_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTopic:
    """A topic as one consumer group reads it."""

    group: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Records in flight in successive stages, and how many the last stage has ever finished.

    A record is on one of the topics at a time, so the sum of the lags is the number of records in
    flight. `members` is how many consumers the largest of the groups has.
    """

    lag: int
    done: int
    members: int


class LagReader:
    """Reads the lag from the broker. Both clients only read: they join no group, write nothing."""

    def __init__(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        self._admin = admin
        self._consumer = consumer
        self._partitions: dict[str, list[TopicPartition]] = {}

    async def look(self, wanted: Sequence[GroupTopic]) -> Look:
        """Return the total lag of all of `wanted`, which must be in the pipeline's order.

        Raises:
            KafkaError: the broker does not answer.
        """
        found = await self.look_at_each(wanted)
        looks = [found[each] for each in wanted]
        return Look(
            lag=sum(look.lag for look in looks),
            done=looks[-1].done,
            members=max(look.members for look in looks),
        )

    async def look_at(self, wanted: GroupTopic) -> Look:
        """Return how far one group is behind its topic.

        Raises:
            KafkaError: the broker does not answer.
        """
        return (await self.look_at_each([wanted]))[wanted]

    async def look_at_each(self, wanted: Collection[GroupTopic]) -> dict[GroupTopic, Look]:
        """Return how far each group is behind its topic, asking about all of them at once.

        Raises:
            KafkaError: the broker does not answer.
        """
        groups = await group_states(self._admin, list(dict.fromkeys(each.group for each in wanted)))
        topics = list(dict.fromkeys(each.topic for each in wanted))
        partitions = dict(
            zip(topics, await asyncio.gather(*map(self._partitions_of, topics)), strict=True)
        )
        # a group that never committed starts at the topic's beginning, which retention may move
        fresh = {
            place
            for each in wanted
            for place in partitions[each.topic]
            if place not in groups[each.group].committed
        }
        begins = await self._consumer.beginning_offsets(list(fresh)) if fresh else {}
        ends = await self._consumer.end_offsets(
            [place for own in partitions.values() for place in own]
        )
        looks = {}
        for each in wanted:
            group, own = groups[each.group], partitions[each.topic]
            at = {
                place: group.committed[place] if place in group.committed else begins[place]
                for place in own
            }
            looks[each] = Look(
                lag=sum(max(0, ends[place] - at[place]) for place in own),
                done=sum(at.values()),
                members=group.members,
            )
        return looks

    async def committed(self, wanted: GroupTopic) -> dict[TopicPartition, int]:
        """Return the offsets of a topic that a group has committed.

        Raises:
            KafkaError: the broker does not answer, or has no coordinator for the group.
        """
        found = await committed_offsets(self._admin, wanted.group, wanted.topic)
        return {TopicPartition(wanted.topic, number): offset for number, offset in found.items()}

    async def ends(self, topic: str) -> dict[TopicPartition, int]:
        """Return the offsets at which the partitions of a topic end now.

        Raises:
            KafkaError: the broker does not answer.
        """
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(
            await self._partitions_of(topic)
        )
        return ends

    async def begins(self, topic: str) -> dict[TopicPartition, int]:
        """Return the offsets at which the partitions of a topic begin now.

        Raises:
            KafkaError: the broker does not answer.
        """
        begins: dict[TopicPartition, int] = await self._consumer.beginning_offsets(
            await self._partitions_of(topic)
        )
        return begins

    async def members(self, group: str) -> int:
        """Return how many consumers a group has.

        Raises:
            KafkaError: the broker does not answer, or has no coordinator for the group.
        """
        return await count_members(self._admin, group)

    async def stored(self, topic: str) -> int:
        """Return how many records are on a topic that is not compacted.

        Raises:
            KafkaError: the broker does not answer.
        """
        partitions = await self._partitions_of(topic)
        begins = await self._consumer.beginning_offsets(partitions)
        ends = await self._consumer.end_offsets(partitions)
        return sum(ends[each] - begins[each] for each in partitions)

    async def _partitions_of(self, topic: str) -> list[TopicPartition]:
        """Return the topic's partitions, read once per connection: new ones show after the next."""
        if not self._partitions.get(topic):
            (described,) = await self._admin.describe_topics([topic])
            self._partitions[topic] = [
                TopicPartition(topic, each["partition"]) for each in described["partitions"]
            ]
        return self._partitions[topic]


@asynccontextmanager
async def open_lag_reader(
    settings: KafkaSettings, profile: ClientProfile = _SERVICE
) -> AsyncIterator[LagReader]:
    """Connect to the broker.

    Args:
        settings: the cluster.
        profile: whose clients they are; a service's by default.

    Raises:
        Unavailable: it does not answer.
        Misconfigured: it refuses the credentials.
    """
    async with (
        open_admin(settings, profile) as admin,
        open_consumer(settings, profile) as consumer,
    ):
        yield LagReader(admin, consumer)


@asynccontextmanager
async def watching_lag(
    settings: KafkaSettings,
    wanted: Sequence[GroupTopic],
    *,
    tell: Callable[[Look], None],
    every_s: float,
    idle: Callable[[], bool] = lambda: False,
) -> AsyncIterator[None]:
    """Read the lag of `wanted` periodically while the block runs.

    `tell` gets each look; when the broker does not answer, the read is retried. While it is `idle`,
    most looks are left out.
    """

    async def look(reader: LagReader) -> None:
        tell(await reader.look(wanted))

    async with looking(settings, look, every_s=every_s, idle=idle):
        yield


@asynccontextmanager
async def looking(
    settings: KafkaSettings,
    look: Callable[[LagReader], Awaitable[None]],
    *,
    every_s: float,
    idle: Callable[[], bool] = lambda: False,
) -> AsyncIterator[None]:
    """Call `look` periodically while the block runs; while it is `idle`, every few seconds.

    When the broker does not answer within 5 seconds, the call is retried.
    """

    async def watch() -> None:
        try:
            async with open_lag_reader(settings) as reader:
                await _look_forever(reader, look, every_s, idle)
        except (RaglineError, OSError, TimeoutError) as error:
            log.warning("the lag cannot be read at the moment: %r", error)

    async with repeating(watch, every_s=_RECONNECT_S):
        yield


async def _look_forever(
    reader: LagReader,
    look: Callable[[LagReader], Awaitable[None]],
    every_s: float,
    idle: Callable[[], bool],
) -> None:
    while True:
        async with asyncio.timeout(_LOOK_TIMEOUT_S):
            await look(reader)
        await asyncio.sleep(every_s)
        rested = every_s
        while idle() and rested < _IDLE_S:
            await asyncio.sleep(every_s)
            rested += every_s
