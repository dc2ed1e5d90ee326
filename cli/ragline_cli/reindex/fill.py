"""How far an index is filled: from the offsets of its ingestor's groups."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiokafka import TopicPartition

from ragline.messaging.lag import LagReader
from ragline_cli.reindex.ingestors import groups

_RATE_S = 1.0
Offsets = Mapping[TopicPartition, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFill:
    """Of one topic: offsets that are done, all there are, and those left on each partition."""

    topic: str
    done: int
    all: int
    left: Mapping[int, int]

    @property
    def lag(self) -> int:
        """Offsets that are left."""
        return sum(self.left.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Of all topics that an index is filled from, and how many ingestors do that now."""

    topics: tuple[TopicFill, ...]
    ingestors: int
    per_second: float | None = None

    @property
    def done(self) -> int:
        """Offsets that are done."""
        return sum(topic.done for topic in self.topics)

    @property
    def all(self) -> int:
        """Offsets that there are."""
        return sum(topic.all for topic in self.topics)

    @property
    def lag(self) -> int:
        """Offsets that are left."""
        return sum(topic.lag for topic in self.topics)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None if nothing is being done."""
        if not self.lag:
            return 0.0
        return self.lag / self.per_second if self.per_second else None


def fill_of(topic: str, begins: Offsets, ends: Offsets, committed: Offsets) -> TopicFill:
    """Return how far a topic is read; what compaction or retention removed counts as done."""
    reached = {each: max(committed.get(each, 0), begins[each]) for each in ends}
    return TopicFill(
        topic=topic,
        done=sum(reached[each] - begins[each] for each in ends),
        all=sum(end - begins[each] for each, end in ends.items()),
        left={each.partition: max(0, end - reached[each]) for each, end in ends.items()},
    )


async def read_fill(reader: LagReader, index: str) -> Fill:
    """Read how far an index is filled.

    Raises:
        KafkaError: the broker does not answer.
    """
    wanted = groups(index)
    found = [
        fill_of(
            each.topic,
            await reader.begins(each.topic),
            await reader.ends(each.topic),
            await reader.committed(each),
        )
        for each in wanted
    ]
    return Fill(topics=tuple(found), ingestors=await reader.members(wanted[0].group))


async def read_fills(reader: LagReader, indexes: Sequence[str]) -> dict[str, Fill]:
    """Read how far indexes are filled; with a rate, where there is something left to do.

    Raises:
        KafkaError: the broker does not answer.
    """
    started = time.monotonic()
    first = {name: await read_fill(reader, name) for name in indexes}
    if not any(each.lag for each in first.values()):
        return {name: replace(each, per_second=0.0) for name, each in first.items()}
    await asyncio.sleep(_RATE_S)
    second = {name: await read_fill(reader, name) for name in indexes}
    seconds = time.monotonic() - started
    return {
        name: replace(now, per_second=max(0, now.done - first[name].done) / seconds)
        for name, now in second.items()
    }


async def unread(reader: LagReader, index: str) -> Offsets:
    """Return the ends, as they are now, of the partitions that are not read up to there.

    Raises:
        KafkaError: the broker does not answer.
    """
    ends: dict[TopicPartition, int] = {}
    for each in groups(index):
        begins = await reader.begins(each.topic)
        found = await reader.ends(each.topic)
        ends |= {each: end for each, end in found.items() if end > begins[each]}
    return await still_unread(reader, index, ends)


async def still_unread(reader: LagReader, index: str, ends: Offsets) -> Offsets:
    """Return those of the ends that are not reached yet.

    Raises:
        KafkaError: the broker does not answer.
    """
    committed: dict[TopicPartition, int] = {}
    for each in groups(index):
        committed |= await reader.committed(each)
    return {each: end for each, end in ends.items() if committed.get(each, 0) < end}
