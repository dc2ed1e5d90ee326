"""Publishing: events through FastStream, raw records (dead letters, retries) through a producer.

A failure to publish is not a failure of the record, unless the record is too large. Publishing is
retried with back-off, while the record keeps its slot and so applies back-pressure to fetching.
That is all that happens while the broker is down. When the broker refuses permanently (missing
rights, a producer whose sequence is lost), `RecordPublisher.refused` says so and liveness fails:
the restarted process has a new producer, and the record is redelivered to it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Envelope, Headers, encode_headers
from ragline.contracts.topics import Topic
from ragline.errors import InvalidEvent, PermanentError, RaglineError
from ragline.messaging.kafka_errors import translated
from ragline.messaging.record import Record
from ragline.messaging.record_spans import send_span, sent_by
from ragline.retries import attempted

log = logging.getLogger(__name__)

Send = Callable[[], Awaitable[Any]]


def _is_brokers_fault(error: BaseException) -> bool:
    return isinstance(error, RaglineError) and not isinstance(error, InvalidEvent)


async def until_stored(
    send: Send,
    *,
    on_failure: Callable[[RaglineError], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Call `send` until the broker has stored the record; `on_failure` gets each failure.

    Raises:
        InvalidEvent: the record is larger than the broker accepts.
    """

    def note(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RaglineError):
            log.debug("attempt %d, trying again: %s", state.attempt_number, error)
            on_failure(error)

    async def stored() -> None:
        with translated("publishing", publishing=True):
            await send()

    await attempted(
        stored,
        again=lambda: AsyncRetrying(
            retry=retry_if_exception(_is_brokers_fault),
            wait=wait_exponential_jitter(multiplier=0.2, max=5),
            before_sleep=note,
            sleep=sleep,
            reraise=True,
        ),
    )


class RecordPublisher:
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
        self._refusals: dict[object, str] = {}
        self._failing = False

    @property
    def refused(self) -> str | None:
        """Why the broker refuses a record that is waiting to be stored; None when all is well."""
        return next(iter(self._refusals.values()), None)

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
        publisher = self._publishers[topic.name]
        with send_span(topic.name, body) as span:
            headers = encode_headers(
                event, body, source=self._source, envelope=sent_by(span, envelope), time=time
            )

            async def send() -> None:
                await publisher.publish(
                    body,
                    key=event.key.encode(),
                    headers={name: text.decode() for name, text in headers},
                    correlation_id=event.subject,
                )

            await self._store(send)

    async def forward(self, topic: str, record: Record, extra: Headers) -> None:
        """Store the record unchanged, byte for byte, with `extra` appended to its own headers."""

        async def send() -> None:
            await self._producer.send_and_wait(
                topic, record.value, key=record.key, headers=[*record.headers, *extra]
            )

        await self._store(send)

    async def _store(self, send: Send) -> None:
        waiting = object()

        def note(error: RaglineError) -> None:
            if not self._failing:
                self._failing = True
                log.warning("records wait until they can be stored: %s", error)
            self._refusals.pop(waiting, None)
            if isinstance(error, PermanentError):
                self._refusals[waiting] = str(error)

        try:
            await until_stored(send, on_failure=note)
            if self._failing:
                self._failing = False
                log.info("records are stored again")
        finally:
            self._refusals.pop(waiting, None)
