"""From a record to its event, in FastStream's two steps: parse the record, decode its value."""

from __future__ import annotations

from typing import Any

from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage

from ragline.contracts.base import Event
from ragline.contracts.dead_letters import Cause
from ragline.contracts.reading import read_event
from ragline.contracts.wrappings import BinaryValue
from ragline.errors import InvalidEvent
from ragline.messaging.record import Record
from ragline.messaging.retry_topics import carried_event


async def parse_record(record: Record) -> KafkaMessage:
    """Return the record as FastStream's message, without headers.

    FastStream's own parser refuses a header that is null or no UTF-8. A publisher's headers are
    none of our business; delivery reads those that it knows from the record itself.
    """
    place = f"{record.partition}-{record.offset}"
    return KafkaMessage(
        record,
        record.value or b"",
        correlation_id=place,
        message_id=place,
        consumer=FAKE_CONSUMER,  # offsets are committed elsewhere (`ordered.py`)
    )


async def decode_event(message: Any) -> Event:
    """Return the event in a message's record.

    Raises:
        ValidationError: the value is no such event.
        InvalidEvent: it is null, or no JSON, or the topic carries no event.
    """
    record: Record = message.raw_message
    kind = carried_event(record)
    if record.value is None:
        raise InvalidEvent(
            "the value is null. Only on `documents` and `document-access` that means something: "
            "that the document under the record's key is deleted",
            cause=Cause.INVALID_JSON,
        )
    try:
        return read_event(kind, record.value)
    except BinaryValue as error:
        raise InvalidEvent(str(error), cause=Cause.INVALID_JSON) from error
