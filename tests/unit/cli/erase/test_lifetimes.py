"""Until when records stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ragline.contracts.topics import ANSWERS, DOCUMENTS
from ragline_cli.erase.lifetimes import closes_after_s, until_compacted, until_deleted

AT = datetime(2026, 1, 1, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1_000)
DAY_MS = 86_400_000


def test_a_record_goes_with_the_newest_of_its_segment() -> None:
    config = ANSWERS.config | {"segment.ms": str(DAY_MS)}
    assert until_deleted(config, AT_MS).until == AT + timedelta(days=7 + 1)


def test_for_ever_is_said() -> None:
    found = until_deleted({"retention.ms": "-1"}, AT_MS)
    assert found.until is None
    assert "for ever" in found.why
    late = until_deleted({"retention.ms": str(2**63 - 1)}, AT_MS).until
    assert late is not None
    assert late.year == 9999


def test_compaction_begins_after_its_lag_at_the_latest() -> None:
    found = until_compacted(DOCUMENTS.config, AT_MS)
    assert found.until == AT + timedelta(days=1)
    assert "the next record in the partition" in found.why


def test_a_topic_without_a_lag_states_no_time() -> None:
    found = until_compacted({"max.compaction.lag.ms": str(2**63 - 1)}, AT_MS)
    assert found.until is None
    assert "ragline topics apply" in found.why


def test_a_segment_ends_with_the_shorter_of_two_times() -> None:
    assert closes_after_s({"segment.ms": "1000", "max.compaction.lag.ms": "5000"}) == 1
    assert closes_after_s({"segment.ms": "9000", "max.compaction.lag.ms": "5000"}) == 5
