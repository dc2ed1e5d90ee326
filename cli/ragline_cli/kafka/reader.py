"""Reads a range of a topic: from given offsets to given ends, without a consumer group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import chain

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from ragline.errors import Unavailable
from ragline.messaging.kafka_clients import missing_topic, open_admin, open_consumer
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import COMMAND_LINE

_POLL_MS = 500
_STALLED_S = 60.0


@asynccontextmanager
async def open_reader(kafka: KafkaSettings, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer, in no group, assigned to every partition of `topic`, at its beginning.

    Raises as `open_tail`.
    """
    partitions = await partitions_of(kafka, topic)
    async with open_consumer(kafka, COMMAND_LINE, partitions=partitions) as consumer:
        yield consumer


async def read_range(
    consumer: AIOKafkaConsumer,
    starts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> AsyncIterator[ConsumerRecord]:
    """Yield the records from `starts` to before `ends`, each partition in its order.

    Partitions without a start are not read.

    Raises:
        Unavailable: nothing came for a minute.
    """
    left = {partition for partition, start in starts.items() if start < ends[partition]}
    _position(consumer, {partition: starts[partition] for partition in left})
    patience = _Patience()
    while left:
        found = await consumer.getmany(*left, timeout_ms=_POLL_MS)
        for record in chain.from_iterable(found.values()):
            if record.offset < ends[TopicPartition(record.topic, record.partition)]:
                yield record
        done = {p for p in left if await consumer.position(p) >= ends[p]}
        consumer.pause(*done)
        left -= done
        patience.note(progress=bool(found or done))


def _position(consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]) -> None:
    for partition in consumer.assignment():
        if partition in starts:
            consumer.seek(partition, starts[partition])
            consumer.resume(partition)
        else:
            consumer.pause(partition)


class _Patience:
    """Raises when nothing happens for too long: the client itself would wait forever."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._last = self._clock()

    def note(self, *, progress: bool) -> None:
        if progress:
            self._last = self._clock()
        elif self._clock() - self._last > _STALLED_S:
            raise Unavailable(f"no records came for {_STALLED_S:.0f} s; is the broker up?")


async def partitions_of(kafka: KafkaSettings, topic: str) -> list[TopicPartition]:
    """Return every partition of `topic`. Raises as `open_tail`."""
    async with open_admin(kafka, COMMAND_LINE) as admin:
        # List all topics: a request by name creates missing ones on clusters with auto-creation
        for found in await admin.describe_topics():
            if found["topic"] == topic:
                return [TopicPartition(topic, p["partition"]) for p in found["partitions"]]
    raise missing_topic(topic)
