"""How far an index is filled: from the offsets of its ingestor's groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition

from ragline.contracts.topics import (
    DOCUMENT_ACCESS,
    DOCUMENTS,
    DOCUMENTS_OCR,
    RETRIES,
    Service,
    consumer_group,
)
from ragline.messaging.lag import GroupTopic, LagReader

TOPICS = (DOCUMENTS, DOCUMENT_ACCESS, *RETRIES, DOCUMENTS_OCR)
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


def groups(index: str) -> Sequence[GroupTopic]:
    """Return the groups in which an index's ingestor reads."""
    return [
        GroupTopic(group=consumer_group(Service.INGESTOR, topic, index=index), topic=topic.name)
        for topic in TOPICS
    ]


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
