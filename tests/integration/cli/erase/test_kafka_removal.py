"""On a real Kafka: what a tombstone, a truncated queue and a mark on a dead letter leave."""

from __future__ import annotations

import asyncio

from aiokafka import TopicPartition

from ragline.clock import utc_now
from ragline.contracts.topics import (
    DOCUMENT_ACCESS,
    DOCUMENTS,
    DOCUMENTS_OCR,
    Service,
    consumer_group,
)
from ragline.messaging.kafka_clients import open_admin, open_consumer, open_producer
from ragline.settings import KafkaSettings
from ragline_cli.erase.kafka_removal import (
    drop_dead_letters,
    empty_queue,
    ingestor_has_read,
    store_tombstones,
)
from ragline_cli.erase.log_survey import read_log
from ragline_cli.erase.subject import Subject
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.extent import no_progress

KEY = b"acme/a.md"
SUBJECT = Subject(tenant="acme", documents=frozenset({"a.md"}))


async def test_tombstones_go_to_each_partition_and_the_ingestor_is_waited_for(
    kafka: KafkaSettings,
) -> None:
    async with open_producer(kafka, COMMAND_LINE) as producer:
        for partition in (2, 9):
            await producer.send_and_wait(
                "documents", b'{"version": 4}', key=KEY, partition=partition
            )
        await producer.send_and_wait("document-access", b"{}", key=KEY, partition=2)
        found = await read_log(kafka, SUBJECT, no_progress, phase="looking at")
        assert found.topics["documents"].partitions == [2, 9]
        ends = await store_tombstones(
            producer, DOCUMENTS, list(found.topics["documents"].keys), found.versions
        )
        await store_tombstones(producer, DOCUMENT_ACCESS, [(2, KEY)], found.versions)
    assert ends == {2: 2, 9: 2}
    after = await read_log(kafka, SUBJECT, no_progress, phase="reading back")
    assert after.topics["documents"].open == {}
    assert after.topics["document-access"].open == {}
    assert after.versions == {"a.md": 4}

    group = "ragline.ingestor.documents"
    places = [TopicPartition("documents", partition) for partition in (2, 9)]
    async with open_admin(kafka, COMMAND_LINE) as admin:
        now = asyncio.get_running_loop().time()
        assert not await ingestor_has_read(admin, DOCUMENTS, ends, index="base", until=now)
        async with open_consumer(
            kafka, COMMAND_LINE, partitions=places, group_id=group
        ) as consumer:
            await consumer.commit(dict.fromkeys(places, 2))
        assert await ingestor_has_read(admin, DOCUMENTS, ends, index="base", until=now)
        assert not await ingestor_has_read(admin, DOCUMENTS, ends, index="second", until=now)


async def test_a_queue_is_emptied_up_to_what_the_ingestors_of_all_indexes_have_read(
    kafka: KafkaSettings,
) -> None:
    place, unread = (TopicPartition("documents.ocr", number) for number in (1, 2))
    async with open_producer(kafka, COMMAND_LINE) as producer:
        for partition in (place, unread):
            for _ in range(3):
                await producer.send_and_wait(
                    "documents.ocr", b"{}", key=KEY, partition=partition.partition
                )

    async def begins_after(*done: tuple[str, int], indexes: tuple[str, ...]) -> dict[int, int]:
        """Return where the partitions begin when groups have committed, and it was emptied."""
        for index, offset in done:
            group = consumer_group(Service.INGESTOR, DOCUMENTS_OCR, index=index)
            async with open_consumer(
                kafka, COMMAND_LINE, partitions=[place], group_id=group
            ) as consumer:
                await consumer.commit({place: offset})
        async with open_admin(kafka, COMMAND_LINE) as admin:
            await empty_queue(admin, DOCUMENTS_OCR, [1, 2], indexes=indexes)
        async with open_consumer(kafka, COMMAND_LINE, partitions=[place, unread]) as consumer:
            found = await consumer.beginning_offsets([place, unread])
        return {each.partition: offset for each, offset in found.items()}

    # an ingestor that has not begun yet has everything before it
    both = ("base", "second")
    assert await begins_after(("base", 3), indexes=both) == {1: 0, 2: 0}
    assert await begins_after(("second", 2), indexes=both) == {1: 2, 2: 0}
    # the group of an index that was dropped, which nobody reads in any more, holds nothing up
    assert await begins_after(indexes=("base",)) == {1: 3, 2: 0}


async def test_a_dead_letter_is_marked_and_stays(kafka: KafkaSettings) -> None:
    async with open_producer(kafka, COMMAND_LINE) as producer:
        stored = await producer.send_and_wait("dead-letters", b"x", key=KEY, partition=1)
        place = (1, stored.offset, stored.timestamp)
        found = await read_log(kafka, SUBJECT, no_progress, phase="looking at")
        assert found.topics["dead-letters"].places == [place]
        await drop_dead_letters(producer, [place], clock=utc_now)
    marks = TopicPartition("dead-letters.handled", 0)
    numbers = [marks._replace(partition=number) for number in range(3)]
    async with open_consumer(kafka, COMMAND_LINE, partitions=numbers) as consumer:
        mark = await consumer.getone()
    assert mark.key == f"1-{stored.offset}@{stored.timestamp}".encode()
    assert b'"dropped"' in mark.value
    assert b"a.md" not in mark.value
