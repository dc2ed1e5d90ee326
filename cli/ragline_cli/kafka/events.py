"""Publishes and parses events, as any other client of Kafka would."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

from aiokafka import AIOKafkaProducer

from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Envelope, encode_headers
from ragline.contracts.reading import read_event
from ragline.contracts.topics import topic_of

SOURCE = "/ragline/cli"

log = logging.getLogger(__name__)
E = TypeVar("E", bound=Event)


async def enqueue(
    producer: AIOKafkaProducer, event: Event, *, envelope: Envelope | None = None
) -> asyncio.Future[Any]:
    """Hand `event` to the producer, waiting while its buffer is full.

    The returned future ends when the broker has stored the record.
    """
    value = event.to_json()
    stored: asyncio.Future[Any] = await producer.send(
        topic_of(type(event)).name,
        value,
        key=event.key.encode(),
        headers=encode_headers(event, value, source=SOURCE, envelope=envelope),
    )
    return stored


async def publish(
    producer: AIOKafkaProducer, event: Event, *, envelope: Envelope | None = None
) -> None:
    """Store `event`; returns when the broker has it."""
    stored: Awaitable[Any] = await enqueue(producer, event, envelope=envelope)
    await stored


def parse(kind: type[E], value: bytes | None) -> E | None:
    """Return the event in a record's value, or None for a record that is no such event.

    Readers of a shared topic must skip invalid records of other producers.
    """
    try:
        return read_event(kind, value or b"")
    except ValueError:  # a validation error is one, too
        log.debug("skipped a record that is no %s", kind.ce_type)
        return None
