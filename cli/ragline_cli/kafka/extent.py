"""A range of a topic's offsets, and reading it with progress; without commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from ragline.clock import epoch_ms
from ragline_cli.kafka.reader import read_range

_CLOCK_SKEW_MS = 300_000  # between the clocks of producers and brokers

OnProgress = Callable[[str, int, int], None]
"""Called with the phase, the number of offsets done, and the total."""


def no_progress(_phase: str, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Offsets to read: from `starts` to before `ends`; partitions without a start are left out."""

    starts: Mapping[TopicPartition, int]
    ends: Mapping[TopicPartition, int]

    @property
    def size(self) -> int:
        """How many offsets the extent contains."""
        return sum(max(0, self.ends[p] - start) for p, start in self.starts.items())

    def holds(self, partition: TopicPartition, offset: int) -> bool:
        """Whether a record is in the extent."""
        start = self.starts.get(partition)
        return start is not None and start <= offset < self.ends[partition]

    def narrowed(self, topic: str, ids: Iterable[tuple[int, int]]) -> Extent:
        """Return, for each partition in `ids`, the part from its first to its last offset there."""
        offsets: dict[TopicPartition, list[int]] = {}
        for partition, offset in ids:
            offsets.setdefault(TopicPartition(topic, partition), []).append(offset)
        inside = {p: o for p, o in offsets.items() if p in self.starts}
        return Extent(
            starts={p: max(min(o), self.starts[p]) for p, o in inside.items()},
            ends={p: min(max(o) + 1, self.ends[p]) for p, o in inside.items()},
        )


async def whole(consumer: AIOKafkaConsumer) -> Extent:
    """Return the extent of everything that is on the consumer's partitions now."""
    partitions = consumer.assignment()
    return Extent(
        starts=await consumer.beginning_offsets(partitions),
        ends=await consumer.end_offsets(partitions),
    )


async def since(consumer: AIOKafkaConsumer, extent: Extent, instant: datetime) -> Extent:
    """Return the part of `extent` that can contain records of `instant` and later."""
    earliest = max(0, int(epoch_ms(instant)) - _CLOCK_SKEW_MS)
    found = await consumer.offsets_for_times(dict.fromkeys(extent.starts, earliest))
    starts = {p: at.offset if at else extent.ends[p] for p, at in found.items()}
    return Extent(starts=starts, ends=extent.ends)


async def read_extent(
    consumer: AIOKafkaConsumer, extent: Extent, phase: str, on_progress: OnProgress
) -> AsyncIterator[ConsumerRecord]:
    """Yield the records of `extent`, and report the progress."""
    reached, done = dict(extent.starts), 0
    on_progress(phase, 0, extent.size)
    async for record in read_range(consumer, extent.starts, extent.ends):
        partition = TopicPartition(record.topic, record.partition)
        done += record.offset + 1 - reached[partition]
        reached[partition] = record.offset + 1
        on_progress(phase, done, extent.size)
        yield record
    on_progress(phase, extent.size, extent.size)
