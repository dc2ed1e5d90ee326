"""The last event of a record that failed for good, with what can still be read of it.

It is stored before the record counts as done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ragline.contracts.answers import DUPLICATE_ID, AnswerError, AnswerStatus, QueryAnswered
from ragline.contracts.base import DEFAULT_TENANT, QueryRef, Version
from ragline.contracts.cloudevents import Headers
from ragline.contracts.dead_letters import DeadLetterHeader
from ragline.contracts.documents import DocumentError, DocumentStatus, Outcome
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.question import question_digest, unreadable_digest
from ragline.contracts.reading import read_event
from ragline.contracts.topics import DOCUMENT_ACCESS
from ragline.contracts.wrappings import unwrapped
from ragline.messaging.failures import Failure
from ragline.messaging.record import Record
from ragline.messaging.retry_topics import encoded_headers, origin

_VERSION: TypeAdapter[int] = TypeAdapter(Version)


def _salvage(record: Record) -> dict[str, Any]:
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
    return encoded_headers(values)


def failed_answer(record: Record, failure: Failure, now: datetime) -> QueryAnswered | None:
    """Return the `failed` answer of a query whose id can still be read, from value or key."""
    found = _salvage(record)
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
    found = _salvage(record)
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
        return _VERSION.validate_python(_salvage(record).get("version"))
    except ValidationError:
        return 0
