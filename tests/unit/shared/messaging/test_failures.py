"""What becomes of a failed record: cause, retry topic, terminal event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from pydantic import ValidationError

from ragline.contracts.answers import AnswerStatus
from ragline.contracts.dead_letters import Cause
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, Outcome
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.topics import RETRY_1M, RETRY_10M, RETRY_10S
from ragline.errors import (
    CircuitOpen,
    DeadlineExceeded,
    FingerprintMismatch,
    InvalidDocument,
    InvalidEvent,
    KillsTheWorker,
    Misconfigured,
    Overloaded,
    PermanentError,
    RateLimited,
    SourceAway,
    Unavailable,
)
from ragline.messaging.failures import (
    Blame,
    Failure,
    RetryHeader,
    blame,
    carried_event,
    diagnose,
    due_at,
    failed_answer,
    failed_status,
    first_appended_at,
    next_retry,
    origin,
    publisher_of,
    wait_s,
)
from ragline.messaging.handler import Handler
from ragline.messaging.waiting_tasks import WaitingTasks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAILURE = Failure(cause=Cause.INVALID_SCHEMA, code="invalid_event", message="text: missing")


@dataclass
class FakeRecord:
    topic: str = "queries"
    partition: int = 0
    offset: int = 7
    timestamp: int = 1_000
    key: bytes | None = None
    value: bytes | None = b"{}"
    headers: Sequence[tuple[str, bytes]] = field(default_factory=list)


def schema_error(value: bytes) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        QuerySubmitted.model_validate_json(value)
    return caught.value


@pytest.mark.parametrize(
    ("error", "cause", "code"),
    [
        (schema_error(b"not json"), Cause.INVALID_JSON, "invalid_event"),
        (schema_error(b'{"query_id": "\xff"}'), Cause.INVALID_JSON, "invalid_event"),
        (schema_error(b'{"text": "no id"}'), Cause.INVALID_SCHEMA, "invalid_event"),
        (
            InvalidEvent("big", cause=Cause.OVERSIZE_OUTPUT),
            Cause.OVERSIZE_OUTPUT,
            "invalid_event",
        ),
        (Unavailable("down"), Cause.RETRIES_EXHAUSTED, "unavailable"),
        (InvalidDocument("bad", code="corrupt_pdf"), Cause.PERMANENT_ERROR, "corrupt_pdf"),
        (KillsTheWorker("again"), Cause.KILLS_THE_WORKER, "kills_the_worker"),
        (KeyError("bug"), Cause.PERMANENT_ERROR, "internal"),
    ],
)
def test_every_error_has_one_cause(error: Exception, cause: Cause, code: str) -> None:
    failure = diagnose(error)
    assert (failure.cause, failure.code) == (cause, code)


@pytest.mark.parametrize(
    ("error", "whose"),
    [
        (RuntimeError("a bug"), Blame.US),
        (Misconfigured("wrong credentials"), Blame.US),
        (FingerprintMismatch("another model"), Blame.US),
        (PermanentError("the store refuses"), Blame.US),
        (Unavailable("the store is down"), Blame.DEPENDENCY),
        (CircuitOpen("left alone"), Blame.DEPENDENCY),
        (SourceAway(Unavailable("the publisher's server is down")), Blame.PUBLISHER),
        (InvalidDocument("a scan without text"), Blame.PUBLISHER),
        (InvalidEvent("too large", cause=Cause.OVERSIZE_OUTPUT), Blame.PUBLISHER),
        (ValidationError.from_exception_data("x", []), Blame.PUBLISHER),
    ],
)
def test_a_failure_speaks_of_us_or_of_its_publisher(error: Exception, whose: Blame) -> None:
    assert blame(error) is whose


def test_a_source_that_is_away_is_told_as_its_reader_tells_it() -> None:
    error = SourceAway(RateLimited("slow down", retry_after=7))
    assert (error.code, error.retry_after, str(error)) == ("rate_limited", 7, "slow down")


@pytest.mark.parametrize(
    ("key", "tenant", "publisher"),
    [
        (b"acme/a/b.md", None, "acme"),
        (b"acme/a", "other", "acme"),
        (b"a-query", "acme", "acme"),
        (b"a-query", None, None),
        (None, None, None),
        (b"\xff/a", None, "\ufffd"),
        (b"x" * 999 + b"/a", None, "x" * 128),
    ],
)
def test_a_publisher_is_the_key_s_prefix_or_the_tenant(
    key: bytes | None, tenant: str | None, publisher: str | None
) -> None:
    assert publisher_of(FakeRecord(key=key), tenant) == publisher


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RateLimited("slow down", retry_after=7), 7),
        (RateLimited("slow down"), None),
        (Overloaded("too many wait", retry_after=12.5), 12.5),
        (CircuitOpen("left alone here, another process may ask", retry_after=4), None),
        (Unavailable("down"), None),
        (InvalidDocument("bad"), None),
        (KeyError("bug"), None),
    ],
)
def test_a_failure_says_when_asking_again_is_of_use(
    error: Exception, seconds: float | None
) -> None:
    assert diagnose(error).retry_after == seconds


def test_a_message_tells_no_secret_of_a_uri() -> None:
    for error in (Unavailable, RuntimeError):
        message = diagnose(error("403 of s3://key:hunter2@bucket/a.md?sig=hunter2 today")).message
        assert message.endswith("403 of s3://bucket/a.md?[hidden] today")


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


def test_a_name_of_megabytes_leaves_room_for_what_is_wrong_with_it() -> None:
    change = {"document_id": "d", "version": 2, "content": "x", "attributes": {"k" * 10**6: "v"}}
    message = diagnose(refused(change)).message
    assert "String should have at most 128 characters" in message
    assert len(message) < 200


def test_a_message_that_is_not_unicode_is_still_told() -> None:
    failure = diagnose(InvalidDocument("half of a pair: \ud83d"))
    assert failure.message == "half of a pair: ?"
    assert failed_answer(FakeRecord(key=b"q"), failure, NOW) is not None


def test_a_schema_error_names_the_field() -> None:
    assert "text" in diagnose(schema_error(b'{"query_id": "q"}')).message


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


def test_transient_failures_climb_the_retry_topics_then_end() -> None:
    seen, topic = [], "documents"
    while retry := next_retry(FakeRecord(topic=topic), Unavailable("down"), now=NOW):
        topic = retry[0]
        seen.append(topic)
    assert seen == [RETRY_10S.name, RETRY_1M.name, RETRY_10M.name]


def test_permanent_failures_are_not_tried_again() -> None:
    assert next_retry(FakeRecord(topic="documents"), InvalidDocument("bad"), now=NOW) is None


def test_a_retry_remembers_where_and_when_the_record_began() -> None:
    retry = next_retry(FakeRecord(topic="document-access"), Unavailable("down"), now=NOW)
    assert retry is not None
    again = FakeRecord(topic=retry[0], timestamp=50_000, headers=retry[1])
    assert {type(name) for name, _ in retry[1]} == {str}  # aiokafka refuses subclasses
    assert first_appended_at(again) == 1_000
    assert due_at(again) == 60_000
    status = failed_status(again, FAILURE, NOW)
    assert status is None  # neither value nor key names the document
    second = next_retry(again, Unavailable("down"), now=NOW)
    assert second is not None
    assert RetryHeader.ORIGIN not in dict(second[1])  # it is kept, not added twice


def test_a_publisher_cannot_pass_a_record_off_as_a_retry() -> None:
    forged = [(RetryHeader.ORIGIN, b"queries"), (RetryHeader.APPENDED_AT, b"1")]
    record = FakeRecord(topic="documents", timestamp=9_000, headers=forged)
    assert origin(record) == "documents"
    assert first_appended_at(record) == 9_000


@pytest.mark.parametrize(
    "forged", [None, b"", b"queries", b"nowhere", b"\xff", RETRY_10S.name.encode()]
)
def test_a_record_that_others_put_on_a_retry_topic_is_their_mistake(forged: bytes | None) -> None:
    headers: Any = [] if forged == b"" else [(RetryHeader.ORIGIN, forged)]
    record = FakeRecord(topic=RETRY_10S.name, key=b"acme/a.md", headers=headers)
    with pytest.raises(InvalidEvent) as refusal:
        carried_event(record)
    assert blame(refusal.value) is Blame.PUBLISHER
    failure = diagnose(refusal.value)
    assert failure.cause is Cause.INVALID_HEADERS
    status = failed_status(record, failure, NOW)
    assert status is not None
    assert status.change == "content"


def test_a_retried_record_carries_what_its_first_topic_does() -> None:
    headers = [(RetryHeader.ORIGIN, b"nowhere"), (RetryHeader.ORIGIN, b"document-access")]
    record = FakeRecord(topic=RETRY_10S.name, headers=headers)
    assert carried_event(record) is DocumentAccessChanged
    assert carried_event(FakeRecord(topic="queries", headers=headers)) is QuerySubmitted


def test_retry_after_beyond_the_topics_delay_is_obeyed() -> None:
    error = RateLimited("slow down", retry_after=120)
    retry = next_retry(FakeRecord(topic="documents"), error, now=NOW)
    assert retry is not None
    at = int(NOW.timestamp() * 1000)
    assert due_at(FakeRecord(topic=retry[0], timestamp=at, headers=retry[1])) == at + 120_000


@pytest.mark.parametrize("asked_s", [1e9, 1e300, float("inf")])
def test_nobody_can_ask_a_record_to_wait_for_more_than_an_hour(asked_s: float) -> None:
    retry = next_retry(
        FakeRecord(topic="documents"), RateLimited("no", retry_after=asked_s), now=NOW
    )
    assert retry is not None
    at = int(NOW.timestamp() * 1000)
    assert due_at(FakeRecord(topic=retry[0], timestamp=at, headers=retry[1])) == at + 3_600_000


@pytest.mark.parametrize(("slow_s", "waits_s"), [(0, 10), (-4, 6), (3_600, 10), (-11, 0)])
def test_a_clock_of_ours_that_is_slow_makes_no_retry_wait_longer(
    slow_s: float, waits_s: float
) -> None:
    record = FakeRecord(topic="documents.retry.10s", timestamp=10_000_000)
    ours = datetime.fromtimestamp(10_000 - slow_s, UTC)
    assert wait_s(record, ours) == waits_s


@pytest.mark.parametrize(
    "forged",
    [b"9" * 5_000, b"99999999999999", b"tomorrow", None],
    ids=["endless", "far", "no number", "null"],
)
def test_what_a_publisher_calls_due_holds_nothing_up(forged: bytes | None) -> None:
    headers: Any = [(RetryHeader.NOT_BEFORE, forged), (RetryHeader.APPENDED_AT, forged)]
    record = FakeRecord(topic=RETRY_10S.name, timestamp=1_000, headers=headers)
    assert due_at(record) <= 1_000 + 3_600_000
    assert first_appended_at(record) in (1_000.0, 99999999999999.0)
    retry = next_retry(FakeRecord(topic="documents", headers=headers), Unavailable("away"), now=NOW)
    assert retry is not None
    again = FakeRecord(topic=retry[0], timestamp=1_000, headers=[*headers, *retry[1]])
    assert due_at(again) == 11_000
    assert first_appended_at(again) == 1_000


async def test_a_record_that_waits_for_its_delay_only_waits() -> None:
    waiting = WaitingTasks()

    class Waiting(Handler):
        async def handle(self, event: Any) -> None:
            raise NotImplementedError

        async def failed(self, record: Any, error: Exception) -> str:
            raise NotImplementedError

    context: Any = SimpleNamespace(clock=lambda: NOW, waiting=waiting)
    now_ms = int(NOW.timestamp() * 1_000)
    record = FakeRecord(topic=RETRY_10M.name, timestamp=now_ms)
    task = asyncio.create_task(Waiting(context).deliver(record, AsyncMock()))
    await asyncio.sleep(0)
    assert waiting.tasks == {task}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not waiting.tasks
