"""The notes in the commits of a member's partitions."""

from __future__ import annotations

from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from ragline.messaging.custody import Custody
from ragline.messaging.suspects import Note, Start, read_note

FRESH, KNOWN = TopicPartition("queries", 0), TopicPartition("queries", 1)


class FakeConsumer:
    """A group's commits; the topic begins at 3 and ends at 100."""

    def __init__(self, offset: int, metadata: str) -> None:
        self.kept = {KNOWN: OffsetAndMetadata(offset, metadata)}
        self.asked: list[str] = []
        self._coordinator = self

    async def fetch_committed_offsets(self, partitions: list[TopicPartition]) -> dict[Any, Any]:
        self.asked.append("committed")
        return {each: self.kept[each] for each in partitions if each in self.kept}

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[Any, int]:
        self.asked.append("begins")
        return dict.fromkeys(partitions, 3)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[Any, int]:
        self.asked.append("ends")
        return dict.fromkeys(partitions, 100)

    async def commit(self, commits: dict[TopicPartition, tuple[int, str]]) -> None:
        self.kept |= {each: OffsetAndMetadata(*value) for each, value in commits.items()}

    def note(self, partition: TopicPartition) -> Note:
        return read_note(self.kept[partition].metadata)


async def begun(consumer: FakeConsumer, *partitions: TopicPartition) -> tuple[Custody, int]:
    custody = Custody(max_in_flight=4, max_ahead=8)
    return custody, await custody.begin(consumer, partitions)


async def test_a_partition_is_noted_at_the_offset_where_it_is() -> None:
    consumer = FakeConsumer(7, "")
    _, deaths = await begun(consumer, FRESH, KNOWN)
    assert deaths == 0
    assert consumer.kept[FRESH] == (3, '{"held":true}')
    assert consumer.kept[KNOWN] == (7, '{"held":true}')
    assert "ends" not in consumer.asked, "only who died has to be looked after"


async def test_a_death_is_found_by_the_next_owner_and_not_after_an_orderly_end() -> None:
    consumer = FakeConsumer(7, "")
    custody, _ = await begun(consumer, KNOWN)
    custody, deaths = await begun(consumer, KNOWN)
    assert (deaths, consumer.note(KNOWN).deaths) == (1, 1)

    await consumer.commit(custody.commits({KNOWN: 100}, closing=True))
    _, deaths = await begun(consumer, KNOWN)
    assert (deaths, consumer.note(KNOWN)) == (0, Note(held=True))


async def test_what_is_committed_carries_the_note_of_its_partition() -> None:
    consumer = FakeConsumer(7, Note(held=True, deaths=2, until=9, reach=9).text())
    custody, _ = await begun(consumer, FRESH, KNOWN)
    assert custody.commits({}) == {}
    assert custody.commits({FRESH: 5}) == {FRESH: (5, '{"held":true}')}

    assert custody.start(KNOWN, 7) is Start.ALONE
    await consumer.commit(custody.commits({}, also={KNOWN}))
    assert consumer.note(KNOWN).alone == 7
    custody.ended(KNOWN)
    await consumer.commit(custody.commits({KNOWN: 8}))
    assert consumer.note(KNOWN).alone is None
    assert custody.commits({KNOWN: 9})[KNOWN] == (9, '{"held":true}')


def test_a_partition_whose_past_is_unknown_is_worked_on_as_ever() -> None:
    custody = Custody(max_in_flight=4, max_ahead=8)
    assert custody.start(KNOWN, 7) is Start.FREELY
    assert custody.commits({KNOWN: 8}, closing=True) == {KNOWN: (8, "")}
