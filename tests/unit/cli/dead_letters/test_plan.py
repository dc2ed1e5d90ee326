"""What a replay would do: where each record goes, and what is left alone and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.unit.cli.dead_letters.conftest import NOW, FakeRecord

from ragline.contracts.dead_letters import Handling
from ragline.messaging.retry_topics import RetryHeader
from ragline_cli.dead_letters.journal import Marks, mark_of
from ragline_cli.dead_letters.letter import DeadLetter, read_letter
from ragline_cli.dead_letters.plan import Action, Planner, ReplayPlan
from ragline_cli.dead_letters.summary import summarise

Bury = Callable[..., DeadLetter]
DOCUMENT = FakeRecord(topic="documents", key=b"acme/d", value=b"old")


def plan_of(
    *letters: DeadLetter,
    marks: Marks | None = None,
    on_topic: tuple[FakeRecord, ...] = (),
    limit: int | None = None,
) -> ReplayPlan:
    planner = Planner(marks or {})
    for letter in letters:
        planner.add(letter)
    for want in planner.wants():
        for record in on_topic:
            want.see(record)
    return planner.decide(limit)


def test_a_query_goes_to_its_topic_and_partition_as_the_next_attempt(bury: Bury) -> None:
    (step,) = plan_of(bury(FakeRecord(headers=[("ragline-attempt", b"2")]))).steps
    assert (step.action, step.summary.origin) == (Action.REPLAY, "queries")
    assert (step.target_partition, step.attempt) == (3, 3)


def test_the_oldest_failure_comes_first_and_a_limit_leaves_the_newest(bury: Bury) -> None:
    letters = [
        bury(FakeRecord(offset=n), at=(0, n), failed_at=NOW - timedelta(minutes=n))
        for n in range(4)
    ]
    plan = plan_of(*letters, limit=3)
    assert [step.summary.id.offset for step in plan.steps] == [3, 2, 1]
    assert plan.left == 1


def test_what_is_marked_is_only_counted(bury: Bury) -> None:
    letter = bury()
    mark = mark_of(summarise(letter, None), Handling.REPLAYED, at=NOW)
    plan = plan_of(letter, marks={mark.key: mark})
    assert (plan.steps, plan.handled) == ((), 1)


def test_a_mark_on_another_topics_letter_of_that_offset_does_not_count(bury: Bury) -> None:
    mark = mark_of(summarise(bury(), None), Handling.REPLAYED, at=NOW)
    later = bury(failed_at=NOW + timedelta(days=1))
    assert plan_of(later, marks={mark.key: mark}).of(Action.REPLAY)


@pytest.mark.parametrize("handled", [None, Handling.REPLAYED, Handling.DROPPED])
def test_a_record_buried_twice_is_replayed_once(bury: Bury, handled: Handling | None) -> None:
    first, second = bury(at=(0, 1)), bury(at=(0, 2))
    mark = mark_of(summarise(first, None), handled or Handling.REPLAYED, at=NOW)
    step = plan_of(first, second, marks={mark.key: mark} if handled else {}).steps[-1]
    assert (step.action, step.reason) == (Action.MARK, "repeats 0-1")
    assert step.handling is (handled or Handling.REPLAYED)


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("answers", "no stage reads answers"),  # publishers would get a second one
        ("feedback", "no stage reads feedback"),
        ("elsewhere", "no stage reads elsewhere"),
    ],
)
def test_what_no_stage_reads_is_skipped(bury: Bury, topic: str, reason: str) -> None:
    (step,) = plan_of(bury(FakeRecord(topic=topic))).steps
    assert (step.action, step.reason) == (Action.SKIP, reason)


def test_a_record_of_somebody_else_is_skipped() -> None:
    (step,) = plan_of(read_letter(FakeRecord(topic="dead-letters"))).steps
    assert step.reason == "its headers do not name a source record"


def test_a_document_is_replayed_while_it_is_the_last_of_its_key(bury: Bury) -> None:
    other = FakeRecord(topic="documents", partition=4, offset=99, key=b"acme/d")
    (step,) = plan_of(bury(DOCUMENT), on_topic=(DOCUMENT, other)).steps
    assert (step.action, step.target_partition) == (Action.REPLAY, 3)


def test_behind_a_newer_record_of_its_key_it_is_skipped(bury: Bury) -> None:
    newer = FakeRecord(topic="documents", offset=12, key=b"acme/d", value=b"new")
    (step,) = plan_of(bury(DOCUMENT), on_topic=(DOCUMENT, newer)).steps
    assert (step.action, step.reason) == (Action.SKIP, "superseded by offset 12 of its key")
    compacted = plan_of(bury(DOCUMENT), on_topic=(newer,)).steps[0]
    assert compacted.action is Action.SKIP


def test_a_tombstone_supersedes_too(bury: Bury) -> None:
    tombstone = FakeRecord(topic="documents", offset=12, key=b"acme/d", value=None)
    (step,) = plan_of(bury(DOCUMENT), on_topic=(DOCUMENT, tombstone)).steps
    assert step.action is Action.SKIP


def test_what_was_erased_from_its_topic_does_not_come_back(bury: Bury) -> None:
    (step,) = plan_of(bury(DOCUMENT)).steps
    assert step.action is Action.SKIP
    assert str(step.reason).startswith("no longer on documents")


def test_its_own_replay_is_recognised_and_marked(bury: Bury) -> None:
    again = FakeRecord(
        topic="documents",
        offset=12,
        key=b"acme/d",
        value=b"old",
        headers=[("ragline-attempt", b"2")],
    )
    (step,) = plan_of(bury(DOCUMENT), on_topic=(DOCUMENT, again)).steps
    assert (step.action, step.target_offset) == (Action.MARK, 12)
    newer = FakeRecord(topic="documents", offset=13, key=b"acme/d", value=b"new")
    (step,) = plan_of(bury(DOCUMENT), on_topic=(DOCUMENT, again, newer)).steps
    assert step.action is Action.SKIP


def retried(bury: Bury, appended_at: bytes = b"1000") -> DeadLetter:
    headers = [
        (RetryHeader.ORIGIN.value, b"documents"),
        (RetryHeader.APPENDED_AT.value, appended_at),
    ]
    return bury(
        FakeRecord(topic="documents.retry.10m", partition=0, key=b"acme/d", headers=headers)
    )


def test_a_retried_document_is_found_by_time_and_value(bury: Bury) -> None:
    first = FakeRecord(topic="documents", partition=5, offset=3, timestamp=1_000)
    earlier = FakeRecord(topic="documents", partition=5, offset=2, timestamp=1_000, value=b"x")
    (step,) = plan_of(retried(bury), on_topic=(earlier, first)).steps
    assert (step.action, step.target_partition) == (Action.REPLAY, 5)
    later = FakeRecord(topic="documents", partition=5, offset=4, timestamp=1_001)
    (step,) = plan_of(retried(bury), on_topic=(first, later)).steps
    assert (step.action, step.reason) == (Action.SKIP, "superseded by offset 4 of its key")


def test_a_retried_document_without_its_instant_is_skipped(bury: Bury) -> None:
    (step,) = plan_of(retried(bury, appended_at=b"?")).steps
    assert step.reason == "its headers do not say where on documents it was"
