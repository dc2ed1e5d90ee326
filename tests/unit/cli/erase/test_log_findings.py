"""What is noted of the topics' records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.topics import TOPICS
from ragline_cli.erase.log_findings import READ_IN_ORDER, UNREAD, LogFindings
from ragline_cli.erase.subject import Subject

ONE = Subject(tenant="acme", documents=frozenset({"a.md"}))


@dataclass
class FakeRecord:
    topic: str
    value: bytes | None
    key: bytes | None = b"acme/a.md"
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes]] = ()


def seen(*records: FakeRecord, subject: Subject = ONE) -> LogFindings:
    findings = LogFindings(subject)
    for record in records:
        findings.see(record)
    return findings


def event(**fields: Any) -> bytes:
    return json.dumps({"tenant": "acme"} | fields).encode()


def test_every_topic_is_read_or_named_as_one_that_holds_nothing() -> None:
    assert {t.name for t in READ_IN_ORDER} | UNREAD == {t.name for t in TOPICS}


def test_a_key_is_found_in_each_partition_with_its_highest_version() -> None:
    findings = seen(
        FakeRecord("documents", event(version=3), partition=1, timestamp=10),
        FakeRecord("documents", event(version=5), partition=7, timestamp=20),
        FakeRecord("documents", None, partition=7, headers=[("ragline-version", b"9")]),
        FakeRecord("documents", event(version=99), key=b"acme/other.md"),
    )
    found = findings.topics["documents"]
    assert found.partitions == [1, 7]
    assert set(found.open) == {(1, b"acme/a.md")}
    assert found.records == 2
    assert found.newest_ms == 20
    assert findings.versions == {"a.md": 9}


@pytest.mark.parametrize(
    "value",
    [
        event(version="7"),
        b"\x00\x00\x00\x00\x2a" + event(version=7),
        json.dumps(event(version=7).decode()).encode(),
    ],
    ids=["a text", "framed by a schema registry", "JSON in JSON"],
)
def test_a_version_counts_however_the_ingestor_can_read_it(value: bytes) -> None:
    assert seen(FakeRecord("documents", value)).versions == {"a.md": 7}


def test_a_question_is_found_by_the_passages_that_it_had() -> None:
    passages = [{"document_id": "a.md"}]
    findings = seen(
        FakeRecord("candidates", event(query_id="q", candidates=passages), key=b"q"),
        FakeRecord("candidates", event(query_id="p", candidates=[]), key=b"p"),
        FakeRecord("queries", event(query_id="q"), key=b"q"),
        FakeRecord("queries", event(query_id="p"), key=b"p"),
        FakeRecord("feedback", event(query_id="q"), key=b"q"),
        FakeRecord("feedback", event(query_id="q", tenant="other"), key=b"q"),
    )
    assert [findings.topics[t].records for t in ("candidates", "queries", "feedback")] == [1, 1, 1]


def test_a_dead_letter_is_found_by_its_key_or_by_what_it_holds() -> None:
    findings = seen(
        FakeRecord("dead-letters", b"no JSON", partition=1, offset=4, timestamp=10),
        FakeRecord("dead-letters", event(passages=[{"document_id": "a.md"}]), key=b"q", offset=5),
        FakeRecord("dead-letters", b"no JSON", key=b"q"),
    )
    assert findings.topics["dead-letters"].places == [(1, 4, 10), (0, 5, 0)]


def test_of_a_tenant_everything_is_found() -> None:
    findings = seen(
        FakeRecord("queries", event(query_id="q"), key=b"q"),
        FakeRecord("queries", event(query_id="q", tenant="other"), key=b"q"),
        FakeRecord("document-status", event(version=1), key=b"acme/b.md"),
        subject=Subject(tenant="acme"),
    )
    assert findings.topics["queries"].records == 1
    assert findings.document_ids == {"b.md"}


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12))
def test_what_is_open_is_what_compaction_would_keep(history: list[tuple[int, bool]]) -> None:
    """The model is compaction itself: of each partition the last record of the key."""
    records = [
        FakeRecord("documents", event(version=n) if valued else None, partition=p, offset=n)
        for n, (p, valued) in enumerate(history)
    ]
    kept = {record.partition: record for record in records}
    found = seen(*records).topics["documents"]
    assert {p for p, _ in found.open} == {p for p, r in kept.items() if r.value is not None}
