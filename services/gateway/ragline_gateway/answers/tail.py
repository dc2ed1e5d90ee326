"""Reads `answers` from its end without a consumer group: every replica sees every answer.

A separate consumer group for each replica would also work, but would leave a group behind whenever
a replica dies. An answer that nobody here waits for costs one look-up of its key; it is not parsed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import chain

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from ragline.background import beside
from ragline.contracts.topics import ANSWERS
from ragline.messaging.kafka_clients import ClientProfile, open_consumer
from ragline.settings import KafkaSettings
from ragline_gateway.answers.waiters import Waiters

log = logging.getLogger(__name__)

Partitions = Callable[[], Awaitable[Iterable[int]]]

_POLL_MS = 1_000
_RETRY_S = 1.0
_GROWTH_S = 30.0


class AnswerTail:
    """Reads all partitions of `answers`; a partition added later is read from its beginning.

    Args:
        consumer: started, in no group, without a subscription.
        waiting: receives the answers.
        partitions: returns the topic's partitions; called periodically.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, waiting: Waiters, *, partitions: Partitions
    ) -> None:
        self._consumer = consumer
        self._waiting = waiting
        self._partitions = partitions
        self._clock = asyncio.get_running_loop().time
        self._looked_at = self.polled_at = self._clock()

    async def begin(self) -> None:
        """Seek to the end of every partition, so that nothing published later is missed.

        Raises:
            KafkaError: the broker does not answer.
        """
        found = [TopicPartition(ANSWERS.name, number) for number in await self._partitions()]
        self._assign(await self._consumer.end_offsets(found))

    async def run(self) -> None:
        """Deliver answers until cancelled; wait while the broker is unreachable."""
        while True:
            try:
                found = await self._consumer.getmany(timeout_ms=_POLL_MS)
                for record in chain.from_iterable(found.values()):
                    self._waiting.deliver(record.key, record.value)
                self.polled_at = self._clock()
                await self._grow()
            except KafkaError as error:
                log.warning("cannot read `answers` at the moment: %r", error)
                await asyncio.sleep(_RETRY_S)

    async def _grow(self) -> None:
        if self._clock() - self._looked_at < _GROWTH_S:
            return
        self._looked_at = self._clock()
        known = self._consumer.assignment()
        found = {TopicPartition(ANSWERS.name, number) for number in await self._partitions()}
        if added := found - known:
            places = {each: await self._consumer.position(each) for each in known}
            self._assign(places | dict.fromkeys(added, 0))

    def _assign(self, places: dict[TopicPartition, int]) -> None:
        self._consumer.assign(list(places))
        for partition, place in places.items():
            self._consumer.seek(partition, place)


@asynccontextmanager
async def open_tail(
    settings: KafkaSettings, waiting: Waiters, *, partitions: Partitions
) -> AsyncIterator[AnswerTail]:
    """Read `answers` while the block runs.

    Raises:
        Unavailable: Kafka does not answer.
    """
    profile = ClientProfile(client_id="ragline-gateway")
    async with open_consumer(settings, profile, auto_offset_reset="latest") as consumer:
        tail = AnswerTail(consumer, waiting, partitions=partitions)
        await tail.begin()
        async with beside(tail.run()):
            yield tail
