"""Groups that nobody is in, that are behind, or that do not move."""

from __future__ import annotations

from dataclasses import replace

from ragline_cli.doctor.checks.groups import GroupLook, judge
from ragline_cli.doctor.diagnosis import Severity

LOOK = GroupLook(
    group="ragline.ingestor.documents",
    topic="documents",
    members=1,
    begins={0: 0, 1: 0},
    ends={0: 10, 1: 10},
    first={0: 10, 1: 10},
    second={0: 10, 1: 10},
)


def test_a_group_that_has_read_everything_is_well() -> None:
    assert list(judge(LOOK)) == []


def test_a_group_that_moves_is_well_and_a_long_backlog_is_told() -> None:
    moving = replace(LOOK, first={0: 3, 1: 10}, second={0: 5, 1: 10})
    assert list(judge(moving)) == []
    far = replace(moving, ends={0: 50_000, 1: 10})
    (found,) = judge(far)
    assert found.severity is Severity.NOTICE
    assert "49997 records wait" in found.meaning


def test_a_partition_that_does_not_move_is_named() -> None:
    (found,) = judge(replace(LOOK, first={0: 3, 1: 10}, second={0: 3, 1: 10}))
    assert found.severity is Severity.WARNING
    assert "partitions 0 although 7 records wait" in found.meaning


def test_a_delayed_topic_may_stand_still() -> None:
    assert list(judge(replace(LOOK, delayed=True, first={}, second={}))) == []


def test_a_group_without_members_is_an_error_if_records_wait() -> None:
    (idle,) = judge(replace(LOOK, members=0, group="ragline.monitor.answers", topic="answers"))
    assert idle.severity is Severity.WARNING
    (behind,) = judge(replace(LOOK, members=0, first={1: 10}, second={1: 10}))
    assert behind.severity is Severity.ERROR
    assert "10 records wait" in behind.meaning


def test_an_ingestor_may_be_away_while_nothing_waits() -> None:
    for group in (LOOK.group, f"{LOOK.group}@new"):
        (found,) = judge(replace(LOOK, members=0, group=group))
        assert found.severity is Severity.NOTICE
        assert "no record waits" in found.meaning
    (behind,) = judge(replace(LOOK, members=0, first={1: 10}, second={1: 10}))
    assert behind.severity is Severity.ERROR


def test_records_that_retention_removed_do_not_wait() -> None:
    assert list(judge(replace(LOOK, begins={0: 10, 1: 10}, first={}, second={}))) == []
