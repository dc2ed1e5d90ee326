"""A record that failed for good gets its last event, as far as it can be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.shared.messaging.fake_record import FakeRecord

from ragline.contracts.answers import AnswerStatus
from ragline.contracts.dead_letters import Cause
from ragline.contracts.documents import DocumentChanged, Outcome
from ragline.errors import (
    DeadlineExceeded,
    InvalidDocument,
)
from ragline.messaging.failures import Failure, diagnose
from ragline.messaging.terminal_events import failed_answer, failed_status

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAILURE = Failure(cause=Cause.INVALID_SCHEMA, code="invalid_event", message="text: missing")


def refused(change: dict[str, Any]) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        DocumentChanged.model_validate_json(json.dumps(change))
    return caught.value


def test_a_tag_of_megabytes_is_a_failed_document_that_names_field_and_limit() -> None:
    change = {"document_id": "d", "version": 2, "content": "x", "tags": ["t" * 3_000_000]}
    record = FakeRecord(topic="documents", key=b"acme/d", value=json.dumps(change).encode())
    status = failed_status(record, diagnose(refused(change)), NOW)
    assert status is not None
    assert (status.document_id, status.version, status.status) == ("d", 2, Outcome.FAILED)
    assert status.error is not None
    assert status.error.message == "tags.0: String should have at most 256 characters"


def test_a_message_that_is_not_unicode_is_still_told() -> None:
    failure = diagnose(InvalidDocument("half of a pair: \ud83d"))
    assert failure.message == "half of a pair: ?"
    assert failed_answer(FakeRecord(key=b"q"), failure, NOW) is not None


@pytest.mark.parametrize(
    ("record", "query_id"),
    [
        (FakeRecord(value=b'{"query_id": "q1"}'), "q1"),
        (FakeRecord(value=b"not json", key=b"q2"), "q2"),
        (FakeRecord(value=b'{"query_id": [3]}', key=b"q3"), "q3"),
        (FakeRecord(value=b'\xef\xbb\xbf{"query_id": 3}', key=b"other"), "3"),
        (FakeRecord(value=None, key=b"q4"), "q4"),
        (FakeRecord(value=b'{"query_id": "q5", "tenant": "no/such name"}'), "q5"),
    ],
)
def test_a_query_whose_id_can_be_read_gets_its_answer(record: FakeRecord, query_id: str) -> None:
    answer = failed_answer(record, FAILURE, NOW)
    assert answer is not None
    assert answer.query_id == query_id
    assert answer.status is AnswerStatus.FAILED
    assert answer.error is not None


@pytest.mark.parametrize("value", [b"not json", b"[]", b'{"query_id": ""}', b"null", None])
def test_without_an_id_there_is_nobody_to_answer(value: bytes | None) -> None:
    assert failed_answer(FakeRecord(value=value), FAILURE, NOW) is None


def test_time_that_ran_out_is_expired_not_failed() -> None:
    answer = failed_answer(
        FakeRecord(value=b'{"query_id": "q"}'), diagnose(DeadlineExceeded("late")), NOW
    )
    assert answer is not None
    assert answer.status is AnswerStatus.EXPIRED


def test_a_document_status_takes_its_id_from_the_key_when_the_value_is_broken() -> None:
    status = failed_status(FakeRecord(topic="documents", value=b"x", key=b"t/a/b"), FAILURE, NOW)
    assert status is not None
    assert (status.tenant, status.document_id, status.version) == ("t", "a/b", 0)
