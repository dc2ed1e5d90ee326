"""What follows a tombstone in the log, read ahead of the group: is there a later record of its key?

A tombstone has no version. What it deletes is said by the log alone: all that was published under
its key before it. The store cannot tell: when the tombstone is delivered a second time, or read
again onto a kept index, what is stored may have been published after it.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from ragline.messaging.kafka_clients import ClientProfile, open_consumer
from ragline.messaging.kafka_errors import translated
from ragline.settings import KafkaSettings

_PROFILE = ClientProfile(client_id="ragline-log-ahead", request_timeout_ms=5_000, stop_within_s=2.0)
_POLL_MS = 500


@dataclass(slots=True)
class _Stretch:
    """The keys of a partition's records in `[begin, end)`, with the offset of each one's last."""

    begin: int
    end: int
    last: dict[bytes, int] = field(default_factory=dict)


class LogAhead:
    """Looks ahead in partitions, each record once; connects when it is asked first.

    Of a partition it keeps one stretch, from the earliest tombstone of a backlog to the end. A
    tombstone behind it, as in a topic that is read as it grows, begins a new one.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._opened = AsyncExitStack()
        self._consumer: AIOKafkaConsumer | None = None
        self._stretches: dict[TopicPartition, _Stretch] = {}
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Open nothing yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection, if there is one."""
        await self._opened.aclose()

    async def continues(self, partition: TopicPartition, offset: int, key: bytes) -> bool:
        """Tell whether `key` has a record behind `offset` in what may be read now.

        Raises:
            Unavailable: Kafka does not answer.
            Misconfigured: it refuses.
        """
        async with self._one_at_a_time:
            with translated("reading what follows a tombstone"):
                stretch = await self._stretch(partition, offset + 1)
        return stretch.last.get(key, -1) > offset

    async def _stretch(self, partition: TopicPartition, begin: int) -> _Stretch:
        consumer = await self._connected()
        end = (await consumer.end_offsets([partition]))[partition]
        stretch = self._stretches.get(partition)
        if stretch is None or begin >= stretch.end:
            stretch = self._stretches[partition] = _Stretch(begin, begin)
        if begin < stretch.begin:
            await _read(consumer, partition, begin, stretch.begin, stretch.last)
            stretch.begin = begin
        await _read(consumer, partition, stretch.end, end, stretch.last)
        stretch.end = max(stretch.end, end)
        return stretch

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            self._consumer = await self._opened.enter_async_context(
                open_consumer(self._kafka, _PROFILE)
            )
        return self._consumer


async def _read(
    consumer: AIOKafkaConsumer,
    partition: TopicPartition,
    begin: int,
    end: int,
    last: dict[bytes, int],
) -> None:
    """Note the last offset of each key in `[begin, end)`."""
    if begin >= end:
        return
    consumer.assign([partition])
    consumer.seek(partition, begin)
    while await consumer.position(partition) < end:
        found = await consumer.getmany(partition, timeout_ms=_POLL_MS)
        for record in found.get(partition, ()):
            if record.key is not None:
                last[record.key] = max(record.offset, last.get(record.key, -1))
    consumer.pause(partition)
