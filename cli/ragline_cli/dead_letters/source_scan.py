"""Searches the source topics for newer records, from the oldest relevant record to the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from ragline.settings import KafkaSettings
from ragline_cli.dead_letters.supersession import Want
from ragline_cli.kafka.extent import Extent, OnProgress, no_progress, read_extent, whole
from ragline_cli.kafka.reader import open_reader


class SourceScan:
    """Keeps `Want`s up to date with their source topics; a context manager.

    It reads only the partitions and offsets that can matter, each once: `catch_up` continues where
    it stopped. Between `catch_up` and the storing of a replay a newer record can still arrive.
    Stores are then protected by the version fence; to repair the topic, publish the newer record
    again.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._stack = AsyncExitStack()
        self._consumers: dict[str, AIOKafkaConsumer] = {}
        self._positions: dict[str, dict[TopicPartition, int]] = {}
        self._wants: dict[tuple[str, bytes], list[Want]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def add(self, wants: Iterable[Want]) -> None:
        """Take `wants` into account from the next `catch_up` on; call it once.

        Raises:
            Misconfigured: a source topic does not exist.
        """
        by_topic: dict[str, list[Want]] = defaultdict(list)
        for want in wants:
            by_topic[want.topic].append(want)
            self._wants[want.topic, want.key].append(want)
        for topic, wanted in by_topic.items():
            consumer = await self._stack.enter_async_context(open_reader(self._kafka, topic))
            self._consumers[topic] = consumer
            self._positions[topic] = await _starts(consumer, wanted)

    async def catch_up(self, topic: str, on_progress: OnProgress = no_progress) -> None:
        """Read what was appended to `topic` since the last call, or since the first `Want`."""
        consumer, positions = self._consumers[topic], self._positions[topic]
        extent = Extent(starts=dict(positions), ends=await consumer.end_offsets(positions))
        phase = f"looking for newer records on {topic}"
        async for record in read_extent(consumer, extent, phase, on_progress):
            for want in self._wants.get((topic, record.key), ()):
                want.see(record)
        for partition, end in extent.ends.items():
            positions[partition] = max(end, positions[partition])

    @property
    def topics(self) -> Iterable[str]:
        """The source topics to read."""
        return self._consumers


async def _starts(consumer: AIOKafkaConsumer, wants: list[Want]) -> dict[TopicPartition, int]:
    extent = await whole(consumer)
    starts: dict[TopicPartition, int] = {}
    for partition, offset in await _first_offsets(consumer, extent, wants):
        lowest = max(offset, extent.starts[partition])
        starts[partition] = min(lowest, starts.get(partition, lowest))
    return starts


async def _first_offsets(
    consumer: AIOKafkaConsumer, extent: Extent, wants: list[Want]
) -> list[tuple[TopicPartition, int]]:
    direct = [
        (partition, want.offset)
        for want in wants
        for partition in extent.starts
        if want.offset is not None and want.partition == partition.partition
    ]
    return direct + await _appended(consumer, extent.ends, wants)


async def _appended(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], wants: list[Want]
) -> list[tuple[TopicPartition, int]]:
    instants = [want.appended_at for want in wants if want.appended_at is not None]
    if not instants:
        return []
    found = await consumer.offsets_for_times(dict.fromkeys(ends, min(instants)))
    return [(p, at.offset if at else ends[p]) for p, at in found.items()]
