"""Publishes the events of HTTP requests: the broker stores them, or an error follows in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer

from ragline.contracts.base import Event
from ragline.contracts.cloudevents import VERSION, Envelope, encode_headers
from ragline.contracts.documents import DocumentChanged, Operation
from ragline.contracts.topics import ANSWERS, DOCUMENTS, topic_of
from ragline.messaging.kafka_clients import ClientProfile, open_producer
from ragline.messaging.kafka_errors import translated
from ragline.messaging.placement import other_homes
from ragline.messaging.record_spans import send_span, sent_by
from ragline.settings import KafkaSettings

SOURCE = "/ragline/gateway"

_STORED_WITHIN_S = 10.0
_STOP_S = 2.0


class Publisher:
    """Publishes events; a call waits at most `within_s` seconds for the broker."""

    def __init__(self, producer: AIOKafkaProducer, *, within_s: float = _STORED_WITHIN_S) -> None:
        self._producer = producer
        self._within_s = within_s

    async def publish(self, event: Event, *, envelope: Envelope) -> None:
        """Publish `event` to its topic; a deletion also to where other publishers put its key.

        Raises:
            Unavailable: the broker did not answer in time; it may still store the event.
            InvalidEvent: the record exceeds the broker's size limit.
            Misconfigured: the broker refuses the credentials or the settings.
        """
        value, topic = event.to_json(), topic_of(type(event)).name
        with send_span(topic, value) as span, translated("publishing"):
            headers = encode_headers(event, value, source=SOURCE, envelope=sent_by(span, envelope))
            async with asyncio.timeout(self._within_s):
                await self._producer.send_and_wait(
                    topic, value, key=event.key.encode(), headers=headers
                )
                if isinstance(event, DocumentChanged) and event.operation is Operation.DELETE:
                    await self._clear_other_homes(event)

    async def _clear_other_homes(self, event: DocumentChanged) -> None:
        """Let compaction remove what a publisher with another hash of keys has stored.

        A tombstone that names its version deletes no later one, wherever it is read, and unlike an
        event it is itself removed in the end.
        """
        partitions = await self._producer.partitions_for(DOCUMENTS.name)
        key = event.key.encode()
        for partition in sorted(other_homes(key, len(partitions))):
            await self._producer.send_and_wait(
                DOCUMENTS.name,
                key=key,
                partition=partition,
                headers=[(VERSION, str(event.version).encode())],
            )

    async def partitions_of_answers(self) -> set[int]:
        """Return the numbers of the partitions of `answers`."""
        found: set[int] = await self._producer.partitions_for(ANSWERS.name)
        return found


@asynccontextmanager
async def open_publisher(settings: KafkaSettings) -> AsyncIterator[Publisher]:
    """Connect a producer.

    The producer is not idempotent: an idempotent producer becomes unusable when the broker refuses
    one record. Duplicates do no harm here, because answers are claimed per query and documents are
    fenced by version.

    Raises:
        Unavailable: Kafka does not answer.
    """
    profile = ClientProfile(client_id="ragline-gateway", stop_within_s=_STOP_S)
    async with open_producer(settings, profile, idempotent=False) as producer:
        yield Publisher(producer)
