"""The stream of records: a seed stands for its bytes, and a file keeps them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from tests.fuzz.case import ID_HEADER, Case, read_cases, write_cases
from tests.fuzz.cases import cases
from tests.fuzz.expectation import expect

from ragline.contracts.topics import BY_NAME, MAX_RECORD_BYTES

COUNT = 25


@pytest.fixture(scope="module")
def records() -> list[Case]:
    return list(islice(cases(7, minutes=3), COUNT))


def test_the_same_seed_gives_the_same_bytes(records: list[Case]) -> None:
    assert list(islice(cases(7, minutes=3), COUNT)) == records
    assert next(cases(8, minutes=3)) != records[0]


def test_each_record_has_an_id_and_fits_into_kafka(records: list[Case]) -> None:
    assert len({record.id for record in records}) == COUNT
    for record in records:
        assert record.sent_headers[-1] == (ID_HEADER, record.id.encode())
        assert record.size < MAX_RECORD_BYTES


def test_what_is_called_valid_can_be_read(records: list[Case]) -> None:
    valid = [each for each in records if each.kind.endswith(": valid")]
    assert valid
    assert all(not expect(each).causes for each in valid if BY_NAME[each.topic].delay_s is None)


def test_a_retry_topic_with_a_longer_delay_than_the_run_gets_none() -> None:
    topics = {record.topic for record in islice(cases(3, minutes=0.5), 80)}
    assert "documents.retry.10s" in topics
    assert topics.isdisjoint({"documents.retry.1m", "documents.retry.10m"})


def test_a_file_keeps_records_as_they_are(records: list[Case], tmp_path: Path) -> None:
    write_cases(tmp_path / "found.jsonl", records)
    assert list(read_cases(tmp_path / "found.jsonl")) == records


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").write_text('{"id": "x"}\n')
    with pytest.raises(ValueError, match="no record"):
        list(read_cases(tmp_path / "other"))
