"""Publishing: events through FastStream, raw records (dead letters, retries) through a producer.

The broker being away is no failure of a record: publishing waits and tries again until it is back,
which holds the record's slot and so slows fetching down.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception,
    wait_exponential_jitter,
)

from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Envelope, Headers, encode_headers
from ragline.contracts.dead_letters import Cause
from ragline.contracts.topics import Topic
from ragline.errors import InvalidEvent
from ragline.messaging.delivery import Record

log = logging.getLogger(__name__)


def _broker_is_away(error: BaseException) -> bool:
    return isinstance(error, KafkaError) and bool(error.retriable)


async def until_stored(send: Callable[[], Awaitable[Any]]) -> None:
    """Call `send` until the broker has stored the record.

    Raises:
        InvalidEvent: the record is larger than the broker takes.
        KafkaError: the broker refuses for good (authorisation, fatal producer state).
    """
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_broker_is_away),
            wait=wait_exponential_jitter(multiplier=0.2, max=5),
            before_sleep=before_sleep_log(log, logging.WARNING),
            reraise=True,
        ):
            with attempt:
                await send()
    except MessageSizeTooLargeError as error:
        message = f"output is too large for the topic: {error}"
        raise InvalidEvent(message, cause=Cause.OVERSIZE_OUTPUT) from error


class Outbox:
    """Stores events and raw records; returns only when the broker has them.

    Args:
        source: CloudEvents source of this service.
        publishers: FastStream publisher of each outbound topic, by topic name.
        producer: plain producer for raw records.
    """

    def __init__(
        self, *, source: str, publishers: Mapping[str, Any], producer: AIOKafkaProducer
    ) -> None:
        self._source = source
        self._publishers = publishers
        self._producer = producer

    async def publish(
        self,
        topic: Topic,
        event: Event,
        *,
        value: bytes | None = None,
        envelope: Envelope,
        time: datetime | None = None,
    ) -> None:
        """Store `event`; `value` overrides its encoding (the bytes of an earlier claim)."""
        body = value if value is not None else event.to_json()
        headers = encode_headers(event, body, source=self._source, envelope=envelope, time=time)
        publisher = self._publishers[topic.name]

        async def send() -> None:
            await publisher.publish(
                body,
                key=event.key.encode(),
                headers={name: text.decode() for name, text in headers},
                correlation_id=event.subject,
            )

        await until_stored(send)

    async def forward(self, topic: str, record: Record, extra: Headers) -> None:
        """Store the record as it came, byte for byte, with `extra` behind its own headers."""

        async def send() -> None:
            await self._producer.send_and_wait(
                topic, record.value, key=record.key, headers=[*record.headers, *extra]
            )

        await until_stored(send)
