"""What an exception means: one cause, whose it is, and no secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.shared.messaging.fake_record import FakeRecord

from ragline.contracts.dead_letters import Cause
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.queries import QuerySubmitted
from ragline.errors import (
    CircuitOpen,
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
from ragline.messaging.failures import Blame, blame, diagnose, publisher_of


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


def test_a_name_of_megabytes_leaves_room_for_what_is_wrong_with_it() -> None:
    change = {"document_id": "d", "version": 2, "content": "x", "attributes": {"k" * 10**6: "v"}}
    message = diagnose(refused(change)).message
    assert "String should have at most 128 characters" in message
    assert len(message) < 200


def test_a_schema_error_names_the_field() -> None:
    assert "text" in diagnose(schema_error(b'{"query_id": "q"}')).message
