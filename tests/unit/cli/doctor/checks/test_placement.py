"""Keys in two partitions, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ragline.messaging.placement import partition_of
from ragline_cli.doctor.checks.placement import KeyPlaces
from ragline_cli.doctor.diagnosis import Diagnosis, Severity

PARTITIONS = 12
KEY = b"acme/badges.md"
HOME = partition_of(KEY, PARTITIONS)
AWAY = (HOME + 1) % PARTITIONS


@dataclass
class FakeRecord:
    partition: int
    value: bytes | None = b"{}"
    key: bytes | None = KEY
    topic: str = "documents"
    offset: int = 0
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes]] = ()


def judged(*records: FakeRecord) -> list[Diagnosis]:
    places = KeyPlaces("documents", PARTITIONS)
    for record in records:
        places.see(record)
    return list(places.judge())


def test_a_key_at_home_is_well() -> None:
    assert judged(FakeRecord(HOME), FakeRecord(HOME), FakeRecord(0, key=None)) == []


def test_a_key_in_two_partitions_is_an_error_that_says_whose_it_is() -> None:
    elsewhere = FakeRecord(AWAY, headers=[("ce_source", b"/cms/intranet")])
    (found,) = judged(FakeRecord(HOME), elsewhere)
    assert found.severity is Severity.ERROR
    assert "acme (1)" in found.meaning
    assert "acme/badges.md" in found.meaning
    assert "/cms/intranet (1)" in found.meaning
    assert "murmur2_random" in found.remedy


def test_a_key_in_a_wrong_partition_alone_is_a_warning() -> None:
    (found,) = judged(FakeRecord(AWAY))
    assert found.severity is Severity.WARNING
    assert "ce_source" in found.meaning


def test_a_key_that_was_taken_out_is_in_one_partition() -> None:
    assert judged(FakeRecord(HOME), FakeRecord(AWAY), FakeRecord(AWAY, value=None)) == []


@given(st.lists(st.tuples(st.integers(0, PARTITIONS - 1), st.booleans()), max_size=12))
def test_what_is_found_is_what_compaction_would_keep(history: list[tuple[int, bool]]) -> None:
    records = [FakeRecord(p, b"{}" if valued else None) for p, valued in history]
    kept = dict(history)
    live = {p for p, valued in kept.items() if valued}
    found = judged(*records)
    assert bool(found) == (len(live) > 1 or bool(live - {HOME}))
    assert any(each.severity is Severity.ERROR for each in found) == (len(live) > 1)
