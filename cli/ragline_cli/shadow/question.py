"""A live question that the shadow processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from ragline.contracts.cloudevents import decode_headers
from ragline.contracts.queries import QuerySubmitted
from ragline.ports.answers import Attempt
from ragline_cli.kafka.events import parse


@dataclass(frozen=True, slots=True)
class LiveQuestion:
    """`deadline` is null if the publisher stated none; `done` marks the record as read."""

    query: QuerySubmitted
    attempt: Attempt
    appended_at: datetime
    deadline: datetime | None
    done: Callable[[], None]


def read(record: ConsumerRecord, done: Callable[[], None]) -> LiveQuestion | None:
    """Return the question in a record, or None if the record is not a question."""
    query = parse(QuerySubmitted, record.value)
    if query is None:
        return None
    envelope = decode_headers(record.headers)
    deadline = query.deadline
    try:
        appended_at = _instant(record.timestamp)
        if envelope.attempt > 1:  # the event's own deadline is that of the first attempt
            deadline = _instant(envelope.deadline) if envelope.deadline else None
    except (OverflowError, ValueError, OSError):
        return None
    return LiveQuestion(query, Attempt(query.ref, envelope.attempt), appended_at, deadline, done)


def _instant(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
