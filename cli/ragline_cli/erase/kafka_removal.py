"""What can be removed from Kafka: keys by tombstones, what a queue's only reader has read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from ragline.clock import Clock
from ragline.contracts.cloudevents import VERSION
from ragline.contracts.dead_letters import DeadLetterHandled, Handling
from ragline.contracts.topics import DOCUMENTS, Service, Topic, consumer_group
from ragline.messaging.groups import committed_offsets
from ragline_cli.kafka.events import enqueue

_REASON = "erased"
_POLL_S = 0.5


async def store_tombstones(
    producer: AIOKafkaProducer,
    topic: Topic,
    places: Sequence[tuple[int, bytes]],
    versions: Mapping[str, int],
) -> dict[int, int]:
    """Store a record without a value behind each key, in its partition.

    On `documents` it names the version up to which it deletes, wherever it is read.

    Returns:
        The offset behind the last one, by partition.
    """
    sent = []
    for partition, key in places:
        document_id = key.decode("utf-8", "replace").partition("/")[2]
        version = max(0, versions.get(document_id, 0))
        headers = [(VERSION, str(version).encode())] if topic is DOCUMENTS else []
        sent.append(await producer.send(topic.name, key=key, partition=partition, headers=headers))
    ends: dict[int, int] = {}
    for stored in sent:
        at = await stored
        ends[at.partition] = max(ends.get(at.partition, 0), at.offset + 1)
    return ends


async def ingestor_has_read(
    admin: AIOKafkaAdminClient,
    topic: Topic,
    ends: Mapping[int, int],
    *,
    index: str,
    until: float,
) -> bool:
    """Wait until the group of an index's ingestor has committed these offsets; tell whether.

    `until` is when to stop waiting, on the event loop's clock.
    """
    group = consumer_group(Service.INGESTOR, topic, index=index)
    clock = asyncio.get_running_loop().time
    while True:
        done = await committed_offsets(admin, group, topic.name)
        if all(done.get(partition, -1) >= end for partition, end in ends.items()):
            return True
        if clock() >= until:
            return False
        await asyncio.sleep(_POLL_S)


async def empty_queue(
    admin: AIOKafkaAdminClient, topic: Topic, partitions: Sequence[int], *, indexes: Sequence[str]
) -> None:
    """Delete the records of a work queue that the ingestors of all these indexes have behind them.

    A group that has committed nothing has everything before it.
    """
    groups = [consumer_group(Service.INGESTOR, topic, index=name) for name in indexes]
    done = [await committed_offsets(admin, group, topic.name) for group in groups]
    behind = {
        partition: min(offsets.get(partition, 0) for offsets in done) for partition in partitions
    }
    removable = {
        TopicPartition(topic.name, partition): RecordsToDelete(before_offset=offset)
        for partition, offset in behind.items()
        if offset > 0
    }
    if removable:
        await admin.delete_records(removable)


async def drop_dead_letters(
    producer: AIOKafkaProducer, places: Sequence[tuple[int, int, int]], *, clock: Clock
) -> None:
    """Mark dead letters as dropped, so that no replay brings back what they hold."""
    marks = [
        DeadLetterHandled(
            partition=partition,
            offset=offset,
            appended_at=appended_at,
            action=Handling.DROPPED,
            at=clock(),
            reason=_REASON,
        )
        for partition, offset, appended_at in places
    ]
    for stored in [await enqueue(producer, mark) for mark in marks]:
        await stored
