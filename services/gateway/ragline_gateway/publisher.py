"""Publishes events of people's requests: stored by the broker, or an error within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer

from ragline.background import within
from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Envelope, encode_headers
from ragline.contracts.topics import ANSWERS, topic_of
from ragline.messaging.kafka import client_options, connect, producer_options
from ragline.messaging.kafka_errors import translated
from ragline.settings import KafkaSettings

SOURCE = "/ragline/gateway"

_STORED_WITHIN_S = 10.0
_STOP_S = 2.0


class Publisher:
    """Stores events; a caller never waits longer than `within_s` seconds for the broker."""

    def __init__(self, producer: AIOKafkaProducer, *, within_s: float = _STORED_WITHIN_S) -> None:
        self._producer = producer
        self._within_s = within_s

    async def publish(self, event: Event, *, envelope: Envelope) -> None:
        """Store `event` on its topic.

        Raises:
            Unavailable: the broker did not answer in time; it may still store the event.
            InvalidEvent: the record is larger than the broker takes.
            Misconfigured: the broker refuses the credentials or the settings.
        """
        value = event.to_json()
        headers = encode_headers(event, value, source=SOURCE, envelope=envelope)
        with translated("publishing"):
            async with asyncio.timeout(self._within_s):
                await self._producer.send_and_wait(
                    topic_of(type(event)).name, value, key=event.key.encode(), headers=headers
                )

    async def partitions_of_answers(self) -> set[int]:
        """Return the numbers of the partitions of `answers`."""
        found: set[int] = await self._producer.partitions_for(ANSWERS.name)
        return found


@asynccontextmanager
async def open_publisher(settings: KafkaSettings) -> AsyncIterator[Publisher]:
    """Connect a producer.

    It is not idempotent: an idempotent one is lost when the broker refuses one record, and a
    repeat does no harm here, for answers are claimed by query and documents are fenced by version.

    Raises:
        Unavailable: Kafka does not answer.
    """
    options = client_options(settings) | producer_options(settings) | {"enable_idempotence": False}
    producer = AIOKafkaProducer(client_id="ragline-gateway", **options)
    try:
        await connect(producer.start)
        yield Publisher(producer)
    finally:
        await within(_STOP_S, producer.stop())
