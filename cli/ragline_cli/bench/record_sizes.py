"""Sizes of the records that a load test left in the topics of the query path."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from aiokafka import ConsumerRecord
from aiokafka.codec import zstd_encode

from ragline.contracts.topics import ANSWERS, CANDIDATES, INTENTS, QUERIES, RANKED, Topic
from ragline.settings import KafkaSettings
from ragline_cli.kafka.reader import open_reader, read_range

QUERY_TOPICS = (QUERIES, INTENTS, CANDIDATES, RANKED, ANSWERS)
# of each partition: enough for a mean, and read in a second
_LAST = 20
# a batch of one record with its lengths, times and offsets
_BATCH_BYTES = 70


async def record_bytes(
    kafka: KafkaSettings, topics: Iterable[Topic] = QUERY_TOPICS
) -> dict[str, float]:
    """Return the mean bytes of a stored record of each topic, by name.

    The last records of each partition are looked at; a topic without any is left out. Each is taken
    to be a batch of its own, compressed as our producers do (zstd).

    Raises:
        Unavailable: no broker answers.
        Misconfigured: a topic does not exist, or the broker refuses the credentials.
    """
    found = {}
    for topic in topics:
        if sizes := [_stored(record) for record in await _last(kafka, topic)]:
            found[topic.name] = round(statistics.fmean(sizes), 1)
    return found


async def answer_bytes(kafka: KafkaSettings) -> float | None:
    """Return the mean bytes of an answer's JSON, as Redis keeps it; None without any.

    Raises: as `record_bytes`.
    """
    sizes = [len(record.value or b"") for record in await _last(kafka, ANSWERS)]
    return round(statistics.fmean(sizes), 1) if sizes else None


async def _last(kafka: KafkaSettings, topic: Topic) -> list[ConsumerRecord]:
    async with open_reader(kafka, topic.name) as consumer:
        places = consumer.assignment()
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        starts = {place: max(begins[place], ends[place] - _LAST) for place in places}
        return [record async for record in read_range(consumer, starts, ends)]


def _stored(record: ConsumerRecord) -> int:
    headers = b"".join(name.encode() + (value or b"") for name, value in record.headers)
    whole = (record.key or b"") + headers + (record.value or b"")
    return len(zstd_encode(whole)) + _BATCH_BYTES
