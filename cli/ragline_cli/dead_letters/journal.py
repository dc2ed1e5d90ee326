"""The journal: marks on dead letters that were replayed or dropped.

A replay stores the record first and its mark afterwards. A crash in between leaves a record without
a mark, so the next run stores it again *with the same attempt number*. That is harmless: stages
claim one answer per query and attempt, and documents are protected by the version fence.
"""

from __future__ import annotations

from datetime import datetime

from aiokafka import TopicPartition

from ragline.contracts import bounds
from ragline.contracts.dead_letters import DeadLetterHandled, Handling
from ragline.contracts.topics import DEAD_LETTERS, DEAD_LETTERS_HANDLED
from ragline.settings import KafkaSettings
from ragline_cli.dead_letters.summary import Summary
from ragline_cli.kafka.events import parse
from ragline_cli.kafka.extent import Extent, OnProgress, read_extent, whole
from ragline_cli.kafka.reader import open_reader

Marks = dict[str, DeadLetterHandled]


async def read_marks(kafka: KafkaSettings, extent: Extent, on_progress: OnProgress) -> Marks:
    """Return the marks on dead letters inside `extent`, by their key.

    Other marks are not kept, so memory is bounded by the extent that the command reads. Raises as
    `open_reader`.
    """
    found: Marks = {}
    async with open_reader(kafka, DEAD_LETTERS_HANDLED.name) as consumer:
        everything = await whole(consumer)
        async for record in read_extent(consumer, everything, "reading marks", on_progress):
            mark = parse(DeadLetterHandled, record.value)
            if mark and extent.holds(
                TopicPartition(DEAD_LETTERS.name, mark.partition), mark.offset
            ):
                found[mark.key] = mark
    return found


def mark_of(
    summary: Summary,
    action: Handling,
    *,
    at: datetime,
    attempt: int | None = None,
    target: tuple[str, int, int] | None = None,
    reason: str | None = None,
) -> DeadLetterHandled:
    """Return the mark on a dead letter; `target` is topic, partition and offset of its replay."""
    topic, partition, offset = target or (None, None, None)
    return DeadLetterHandled(
        partition=summary.id.partition,
        offset=summary.id.offset,
        appended_at=summary.timestamp,
        action=action,
        at=at,
        attempt=attempt,
        target_topic=topic,
        target_partition=partition,
        target_offset=offset,
        reason=None if reason is None else bounds.clip(reason, bounds.MESSAGE_CHARS),
    )
