"""A record that may be tried again climbs the retry topics, and nobody can forge that."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from tests.unit.shared.messaging.fake_record import FakeRecord

from ragline.contracts.dead_letters import Cause
from ragline.contracts.documents import DocumentAccessChanged
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.topics import RETRY_1M, RETRY_10M, RETRY_10S
from ragline.errors import (
    InvalidDocument,
    InvalidEvent,
    RateLimited,
    Unavailable,
)
from ragline.messaging.failures import Blame, Failure, blame, diagnose
from ragline.messaging.handler import Handler
from ragline.messaging.retry_topics import (
    RetryHeader,
    carried_event,
    due_at,
    first_appended_at,
    next_retry,
    origin,
    wait_s,
)
from ragline.messaging.terminal_events import failed_status
from ragline.messaging.waiting_tasks import WaitingTasks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAILURE = Failure(cause=Cause.INVALID_SCHEMA, code="invalid_event", message="text: missing")


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
