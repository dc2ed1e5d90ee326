"""The notes in a subscriber's commits: read and written when partitions change their owner.

It costs two or three requests at an assignment, and nothing for each record: the notes travel in
commits that are made anyway, until a partition was taken over from an owner that died.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from ragline.messaging.suspects import Found, Note, Start, Suspects, read_note, released, taken_over

log = logging.getLogger(__name__)

_MOST_IN_A_STRETCH = 64

Commits = dict[TopicPartition, tuple[int, str]]


class Custody:
    """The suspects of the partitions that this member owns.

    Args:
        max_in_flight: records that are in work at the same time.
        max_ahead: how far work may run ahead of the oldest unfinished record, in records.
    """

    def __init__(self, *, max_in_flight: int, max_ahead: int) -> None:
        self._stretch = min(max_in_flight, _MOST_IN_A_STRETCH)
        # the oldest unfinished one itself may be ahead of what was committed last
        self._most = 2 * max_ahead
        self._suspects: dict[TopicPartition, Suspects] = {}
        self._at: dict[TopicPartition, int] = {}

    async def begin(self, consumer: AIOKafkaConsumer, assigned: Iterable[TopicPartition]) -> int:
        """Take the partitions over and note it; return how many had an owner that died.

        Raises:
            KafkaError: the broker refuses, or the group has rebalanced again.
        """
        self._suspects.clear()
        self._at.clear()
        partitions = list(assigned)
        if not partitions:
            return 0
        committed = await last_commits(consumer, partitions)
        fresh = [partition for partition in partitions if partition not in committed]
        begins = await consumer.beginning_offsets(fresh) if fresh else {}
        notes = {p: read_note(each.metadata) for p, each in committed.items()}
        held = [partition for partition, note in notes.items() if note.held]
        ends = await consumer.end_offsets(held) if held else {}
        found = {
            partition: Found(
                committed=committed[partition].offset,
                end=ends.get(partition, committed[partition].offset),
                note=note,
            )
            for partition, note in notes.items()
        }
        begun = dict.fromkeys(begins, Note(held=True)) | taken_over(found)
        self._at = {**begins, **{p: each.offset for p, each in committed.items()}}
        self._suspects = {
            partition: Suspects(note, stretch=self._stretch, most=self._most)
            for partition, note in begun.items()
        }
        for partition, note in begun.items():
            if note.deaths or note.condemned is not None:
                log.warning(
                    "%s: an owner of the partition died at work: %s", partition, note.text()
                )
        await consumer.commit(self.commits({}, also=partitions))
        return len(held)

    def start(self, partition: TopicPartition, offset: int) -> Start:
        """Say how a record may be started."""
        suspects = self._suspects.get(partition)
        return Start.FREELY if suspects is None else suspects.start(offset)

    def ended(self, partition: TopicPartition) -> None:
        """Note that the record that ran alone has ended."""
        if suspects := self._suspects.get(partition):
            suspects.ended()

    def commits(
        self,
        moved: Mapping[TopicPartition, int],
        *,
        also: Iterable[TopicPartition] = (),
        closing: bool = False,
    ) -> Commits:
        """Return what to commit.

        Args:
            moved: committable offsets that have not been committed.
            also: partitions whose note is committed even if their offset did not move.
            closing: an orderly end, which every partition gets noted.
        """
        self._at.update(moved)
        wanted = {*moved, *also, *(self._suspects if closing else ())}
        return {
            partition: (self._at[partition], self._metadata(partition, closing=closing))
            for partition in wanted
            if partition in self._at
        }

    def _metadata(self, partition: TopicPartition, *, closing: bool) -> str:
        suspects = self._suspects.get(partition)
        if suspects is None:
            return ""
        suspects.passed(self._at[partition])
        return (released(suspects.note) if closing else suspects.note).text()


async def last_commits(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
) -> dict[TopicPartition, OffsetAndMetadata]:
    """Return the group's commits; a partition without one is left out.

    Raises:
        KafkaError: the broker refuses.
    """
    # `AIOKafkaConsumer.committed` asks the same and keeps only the offset
    coordinator: Any = consumer._coordinator
    found: dict[TopicPartition, OffsetAndMetadata] = await coordinator.fetch_committed_offsets(
        partitions
    )
    return found
