"""What happens to a failed record: retry topic, dead letter, terminal event.

All of these are stored before the record counts as done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from ragline.clock import epoch_ms
from ragline.contracts import bounds
from ragline.contracts.answers import DUPLICATE_ID, AnswerError, AnswerStatus, QueryAnswered
from ragline.contracts.base import DEFAULT_TENANT, Event, QueryRef, Version
from ragline.contracts.cloudevents import Headers, last_header
from ragline.contracts.dead_letters import Cause, DeadLetterHeader
from ragline.contracts.documents import DocumentError, DocumentStatus, Outcome
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.question import question_digest, unreadable_digest
from ragline.contracts.reading import read_event
from ragline.contracts.topics import BY_NAME, DOCUMENT_ACCESS, DOCUMENTS, DOCUMENTS_OCR, RETRIES
from ragline.contracts.wrappings import unwrapped
from ragline.errors import (
    CircuitOpen,
    InvalidDocument,
    InvalidEvent,
    KillsTheWorker,
    RaglineError,
    SourceAway,
    TransientError,
)
from ragline.messaging.record import Record
from ragline.redaction import without_secrets

_MAX_PLACE_CHARS = 64
_LONGEST_WAIT_MS = 3_600_000
_RETRIED = {topic.name: topic for topic in (DOCUMENTS, DOCUMENT_ACCESS, DOCUMENTS_OCR)}
_VERSION: TypeAdapter[int] = TypeAdapter(Version)
_PLACE = re.compile(r"[0-9]{1,9}:[0-9]{1,19}")
_MOST_DIGITS = 15  # of epoch milliseconds, for the next 30,000 years


class RetryHeader(StrEnum):
    """The headers that a record on a retry topic carries after its own."""

    ORIGIN = "ragline-retry-origin"  # the topic that it was first on
    APPENDED_AT = "ragline-retry-appended-at"  # when it was appended there, epoch ms
    PLACE = "ragline-retry-place"  # where: partition and offset, as 3:128
    NOT_BEFORE = "ragline-retry-not-before"  # epoch ms, from a dependency's Retry-After


class Failure(BaseModel):
    """An exception as it appears in answers, statuses and dead letters."""

    cause: Cause
    code: str
    message: str
    retry_after: float | None = None


def diagnose(error: Exception) -> Failure:
    """Translate an exception that came out of FastStream's pipeline; no secret is in the text."""
    match error:
        case ValidationError() if error.errors()[0]["type"] == "json_invalid":
            cause, code, message = Cause.INVALID_JSON, "invalid_event", _first_errors(error)
        case ValidationError():
            cause, code, message = Cause.INVALID_SCHEMA, "invalid_event", _first_errors(error)
        case InvalidEvent():
            cause, code, message = Cause(error.cause), error.code, str(error)
        case TransientError():
            cause, code, message = Cause.RETRIES_EXHAUSTED, error.code, str(error)
        case KillsTheWorker():
            cause, code, message = Cause.KILLS_THE_WORKER, error.code, str(error)
        case RaglineError():
            cause, code, message = Cause.PERMANENT_ERROR, error.code, str(error)
        case _:
            cause, code = Cause.PERMANENT_ERROR, "internal"
            message = f"{type(error).__name__}: {error}"
    return Failure(
        cause=cause,
        code=code,
        message=_storable(without_secrets(message)),
        retry_after=_retry_after(error),
    )


class Blame(StrEnum):
    """Of whom a failure speaks; only the first two may stop a topic (`messaging/flood.py`)."""

    US = "us"  # internal errors, settings that cannot work, a dependency that refuses
    DEPENDENCY = "dependency"  # one that does not answer
    PUBLISHER = "publisher"  # what was published cannot be used


def blame(error: Exception) -> Blame:
    """Tell of whom an exception speaks that came out of FastStream's pipeline."""
    match error:
        case (
            ValidationError() | InvalidEvent() | InvalidDocument() | SourceAway() | KillsTheWorker()
        ):
            return Blame.PUBLISHER
        case TransientError():
            return Blame.DEPENDENCY
    return Blame.US


def publisher_of(record: Record, tenant: str | None) -> str | None:
    """Return whose record it is: the key's prefix, else `tenant` of its header; None if unknown."""
    prefix, slash, _ = (record.key or b"").partition(b"/")
    if slash:
        return prefix[: bounds.NAME_CHARS].decode("utf-8", "replace")
    return tenant


def _retry_after(error: Exception) -> float | None:
    """Return how many seconds a client should wait before it asks again; None if unknown."""
    if isinstance(error, CircuitOpen):  # only this process waits: another may answer now
        return None
    return error.retry_after if isinstance(error, TransientError) else None


def _first_errors(error: ValidationError, limit: int = 5) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    places = (".".join(map(_place, e["loc"])) or "event" for e in found[:limit])
    return "; ".join(f"{place}: {e['msg']}" for place, e in zip(places, found, strict=False))


def _storable(message: str) -> str:
    """Return what an event can carry of a message: short enough, and nothing but Unicode."""
    return message[: bounds.MESSAGE_CHARS].encode("utf-8", "replace").decode()


def _place(part: int | str) -> str:
    """Return a part of an error's place; a key of a table is the publisher's own."""
    return bounds.clip(str(part), _MAX_PLACE_CHARS)


def salvage(record: Record) -> dict[str, Any]:
    """Return the JSON object in the record's value, or {} when there is none."""
    try:
        found = unwrapped(record.value or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _id_in(found: Mapping[str, Any], name: str) -> Any:
    """Return an id, which a publisher may write as a whole number (`contracts/repairs.py`)."""
    value = found.get(name)
    return str(value) if type(value) is int else value


def dead_letter_headers(
    record: Record, failure: Failure, *, service: str, now: datetime
) -> Headers:
    """Return the headers that a dead letter carries after the record's own."""
    values: dict[StrEnum, object] = {
        DeadLetterHeader.CAUSE: failure.cause,
        DeadLetterHeader.ERROR: f"{failure.code}: {failure.message}",
        DeadLetterHeader.SERVICE: service,
        DeadLetterHeader.TOPIC: record.topic,
        DeadLetterHeader.PARTITION: record.partition,
        DeadLetterHeader.OFFSET: record.offset,
        DeadLetterHeader.FAILED_AT: now.isoformat(),
    }
    return _encoded(values)


def failed_answer(record: Record, failure: Failure, now: datetime) -> QueryAnswered | None:
    """Return the `failed` answer of a query whose id can still be read, from value or key."""
    found = salvage(record)
    key = (record.key or b"").decode("utf-8", "replace")
    expired = failure.code == "deadline_exceeded"
    for query_id in (_id_in(found, "query_id"), key):
        for tenant in (found.get("tenant"), DEFAULT_TENANT):
            try:
                return QueryAnswered(
                    query_id=query_id,
                    tenant=tenant,
                    status=AnswerStatus.EXPIRED if expired else AnswerStatus.FAILED,
                    error=AnswerError(
                        code=failure.code, message=failure.message, retry_after=failure.retry_after
                    ),
                    answered_at=now,
                )
            except ValidationError:
                continue
    return None


def refused_duplicate(query: QueryRef, now: datetime) -> QueryAnswered:
    """Return the answer to a question whose id another question of its tenant has."""
    return QueryAnswered(
        query_id=query.query_id,
        tenant=query.tenant,
        status=AnswerStatus.FAILED,
        error=AnswerError(
            code=DUPLICATE_ID,
            message="another question of this tenant has the same query id; take a new id",
        ),
        answered_at=now,
    )


def salvaged_digest(record: Record) -> str:
    """Return the digest of the question in a record of `queries`, also if it is none."""
    value = record.value or b""
    try:
        return question_digest(read_event(QuerySubmitted, value))
    except ValueError:  # also what says why it cannot be read
        return unreadable_digest(value)


def failed_status(record: Record, failure: Failure, now: datetime) -> DocumentStatus | None:
    """Return the `failed` status of a document whose id can still be read, from value or key."""
    found = salvage(record)
    tenant, _, document_id = (record.key or b"").decode("utf-8", "replace").partition("/")
    candidates = (
        (found.get("tenant") or DEFAULT_TENANT, _id_in(found, "document_id")),
        (tenant, document_id),
    )
    for candidate_tenant, candidate_id in candidates:
        try:
            return DocumentStatus(
                tenant=candidate_tenant,
                document_id=candidate_id,
                version=stated_version(record),
                status=Outcome.FAILED,
                change="access" if origin(record) == DOCUMENT_ACCESS.name else "content",
                error=DocumentError(code=failure.code, message=failure.message),
                finished_at=now,
            )
        except ValidationError:
            continue
    return None


def stated_version(record: Record) -> int:
    """Return the version in what can be read of a record's event, 0 if there is none."""
    try:
        return _VERSION.validate_python(salvage(record).get("version"))
    except ValidationError:
        return 0


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
    return later.name, _encoded(values)


def _encoded(values: Mapping[StrEnum, object]) -> Headers:
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
