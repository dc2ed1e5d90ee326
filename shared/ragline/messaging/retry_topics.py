"""Records on the retry topics: which is next, where they began, and when they are due.

A retry is stored before the record counts as done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from ragline.clock import epoch_ms
from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Headers, last_header
from ragline.contracts.dead_letters import Cause
from ragline.contracts.topics import BY_NAME, DOCUMENT_ACCESS, DOCUMENTS, DOCUMENTS_OCR, RETRIES
from ragline.errors import InvalidEvent, TransientError
from ragline.messaging.record import Record

_LONGEST_WAIT_MS = 3_600_000
_RETRIED = {topic.name: topic for topic in (DOCUMENTS, DOCUMENT_ACCESS, DOCUMENTS_OCR)}
_PLACE = re.compile(r"[0-9]{1,9}:[0-9]{1,19}")
_MOST_DIGITS = 15  # of epoch milliseconds, for the next 30,000 years


class RetryHeader(StrEnum):
    """The headers that a record on a retry topic carries after its own."""

    ORIGIN = "ragline-retry-origin"  # the topic that it was first on
    APPENDED_AT = "ragline-retry-appended-at"  # when it was appended there, epoch ms
    PLACE = "ragline-retry-place"  # where: partition and offset, as 3:128
    NOT_BEFORE = "ragline-retry-not-before"  # epoch ms, from a dependency's Retry-After


def origin(record: Record) -> str:
    """Return the record's first topic; only records on retry topics name it in a header."""
    if BY_NAME[record.topic].delay_s is None:
        return record.topic
    for name, value in reversed(record.headers):  # ours comes after the record's own
        if name == RetryHeader.ORIGIN:
            return (value or b"").decode("utf-8", "replace")  # a null is not of ours
    return record.topic


def first_place(record: Record) -> tuple[int, int]:
    """Return partition and offset of a record on its first topic.

    Raises:
        InvalidEvent: somebody else wrote to the retry topic, and its header names none.
    """
    if BY_NAME[record.topic].delay_s is None:
        return record.partition, record.offset
    text = last_header(record.headers, RetryHeader.PLACE) or ""
    if _PLACE.fullmatch(text):
        partition, _, offset = text.partition(":")
        return int(partition), int(offset)
    raise InvalidEvent(
        f"{RetryHeader.PLACE} must say where the record was, as 3:128: publish on "
        f"{DOCUMENTS.name}, and nothing on {record.topic}",
        cause=Cause.INVALID_HEADERS,
    )


def carried_event(record: Record) -> type[Event]:
    """Return the type of event in a record, on a retry topic that of the topic it was first on.

    Raises:
        InvalidEvent: somebody else wrote to the retry topic, and its header names none of ours.
    """
    topic = BY_NAME[record.topic]
    if topic.delay_s is not None:
        topic = _RETRIED.get(origin(record), topic)
    if topic.event is None:
        raise InvalidEvent(
            f"{RetryHeader.ORIGIN} must name {' or '.join(_RETRIED)}: publish the change there, "
            f"and nothing on {record.topic}",
            cause=Cause.INVALID_HEADERS,
        )
    return topic.event


def next_retry(record: Record, error: Exception, *, now: datetime) -> tuple[str, Headers] | None:
    """Return the next retry topic and its headers; None if permanent or no retry topic is left.

    A `Retry-After` longer than the topic's delay is stored as an instant before which the record is
    not handled.
    """
    if not isinstance(error, TransientError):
        return None
    delay = BY_NAME[record.topic].delay_s or 0
    later = next((topic for topic in RETRIES if (topic.delay_s or 0) > delay), None)
    if later is None:
        return None
    values: dict[StrEnum, object] = {}
    if not delay:
        values[RetryHeader.ORIGIN] = record.topic
        values[RetryHeader.APPENDED_AT] = record.timestamp
        values[RetryHeader.PLACE] = f"{record.partition}:{record.offset}"
    # always set, so that a header of this name from the publisher is ignored
    asked_ms = min((error.retry_after or 0) * 1000, _LONGEST_WAIT_MS)
    values[RetryHeader.NOT_BEFORE] = int(now.timestamp() * 1000 + asked_ms) if asked_ms else 0
    return later.name, encoded_headers(values)


def encoded_headers(values: Mapping[StrEnum, object]) -> Headers:
    """Return record headers; names become plain strings, because the client rejects subclasses."""
    return [(name.value, str(value).encode()) for name, value in values.items()]


def due_at(record: Record) -> float:
    """Return when a record may be handled, in epoch milliseconds; 0 outside of retry topics.

    A dependency's `Retry-After` is respected up to one hour, because other records wait behind it.
    """
    delay_s = BY_NAME[record.topic].delay_s
    if delay_s is None:
        return 0.0
    asked = _last_number(record, RetryHeader.NOT_BEFORE) or 0
    latest = record.timestamp + _LONGEST_WAIT_MS
    return max(record.timestamp + delay_s * 1000, min(asked, latest))


def wait_s(record: Record, now: datetime) -> float:
    """Return how many seconds a record waits until it may be handled; 0 if it need not.

    Its time is the broker's, so that no clock of ours that is slow makes it wait longer.
    """
    due = due_at(record)
    return max(0.0, min(due - epoch_ms(now), due - record.timestamp)) / 1000


def first_appended_at(record: Record) -> float:
    """Return when the record was appended to its first topic, in epoch milliseconds."""
    if BY_NAME[record.topic].delay_s is not None:
        return float(_last_number(record, RetryHeader.APPENDED_AT) or record.timestamp)
    return float(record.timestamp)


def _last_number(record: Record, header: RetryHeader) -> int | None:
    """Return a header's number; the last one of a name is ours. Very long values are not parsed."""
    found = [value or b"" for name, value in record.headers if name == header]
    last = found[-1] if found else b""
    return int(last) if last.isdigit() and len(last) <= _MOST_DIGITS else None
