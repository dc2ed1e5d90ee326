"""The judge: what a record has to become, and what counts as a finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.chaos.reading import Read
from tests.fuzz.case import ID_HEADER, Case, Header
from tests.fuzz.expectation import expect
from tests.fuzz.ledger import Finding, Ledger, smallest
from tests.fuzz.memory import quantity

QUESTION = {"query_id": "f1", "text": "What is it?"}
DOCUMENT = {"tenant": "acme", "document_id": "f1", "version": 3, "content": "x"}
ACCESS = {"tenant": "acme", "document_id": "f1", "version": 3, "access": []}


def case(
    topic: str,
    event: object,
    *,
    key: bytes | None = b"acme/f1",
    headers: tuple[Header, ...] = (),
) -> Case:
    value = event if isinstance(event, bytes) else json.dumps(event).encode()
    return Case(id="f1", kind="k", topic=topic, key=key, value=value, headers=headers)


def read(topic: str, event: object, headers: Mapping[str, bytes] | None = None) -> Read:
    return Read(
        topic=topic,
        partition=0,
        offset=0,
        key="",
        value=json.dumps(event).encode(),
        headers=dict(headers or {}),
        at=0.0,
    )


def letter(cause: str, error: str = "code: why") -> Read:
    headers = {
        ID_HEADER: b"f1",
        "ragline-dead-letter-cause": cause.encode(),
        "ragline-dead-letter-error": error.encode(),
    }
    return read("dead-letters", {}, headers)


@pytest.mark.parametrize(
    ("record", "cause"),
    [
        (case("queries", b"{nope"), "invalid_json"),
        (case("queries", b""), "invalid_json"),
        (case("queries", {"query_id": "f1"}), "invalid_schema"),
        (case("queries", b"{nope", headers=(("x", b"\xff"), ("x", None))), "invalid_json"),
        (case("queries", b"\x00\x00\x00\x00\x07\x02"), "invalid_json"),
        (case("documents", DOCUMENT, key=b"acme/other"), "invalid_key"),
        (case("documents", DOCUMENT, key=None), "invalid_key"),
    ],
)
def test_an_unreadable_record_needs_a_dead_letter_of_its_cause(record: Case, cause: str) -> None:
    assert expect(record).causes == {cause}
    ledger = Ledger()
    ledger.sent(record)
    assert ledger.close()
    ledger.read(letter(cause))
    assert ledger.close() == []


def test_a_question_ends_with_its_answer_and_no_other() -> None:
    ledger = Ledger()
    ledger.sent(case("queries", QUESTION))
    ledger.read(read("answers", {"tenant": "acme", "query_id": "f1", "status": "answered"}))
    assert ledger.waiting
    ledger.read(read("answers", {"tenant": "default", "query_id": "f1", "status": "answered"}))
    assert ledger.close() == []
    assert ledger.counts() == {"k": {"answered": 1}}


def test_a_change_ends_with_the_status_of_its_version() -> None:
    ledger = Ledger()
    ledger.sent(case("documents", DOCUMENT))
    status = {"tenant": "acme", "document_id": "f1", "status": "indexed"}
    ledger.read(read("document-status", status | {"version": 2}))
    assert ledger.waiting
    ledger.read(read("document-status", status | {"version": 3}))
    assert ledger.close() == []


@pytest.mark.parametrize(
    "record",
    [
        case("feedback", {"query_id": "f1", "rating": "up"}),
        case("document-access", ACCESS | {"recorded": True}),
    ],
)
def test_what_is_only_noted_ends_when_its_group_has_read_it(record: Case) -> None:
    ledger = Ledger()
    ledger.sent(record)
    assert not ledger.waiting
    assert [each.what for each in ledger.close()] == ["no end: k"]
    ledger.passed(["f1"])
    assert ledger.close() == []


def test_a_null_value_deletes_the_document_under_its_key() -> None:
    gone = replace(case("documents", DOCUMENT), key=b"acme/f1", value=None)
    assert expect(gone).status == ("acme/f1", 0)
    assert expect(replace(gone, key=b"f1")).causes == {"invalid_key"}
    assert expect(replace(gone, topic="document-access")).causes == {"invalid_json"}


def test_a_record_on_a_retry_topic_is_what_its_header_says() -> None:
    def retried(origin: bytes) -> Case:
        headers: tuple[Header, ...] = (("ragline-retry-origin", origin),)
        return case("documents.retry.10s", DOCUMENT, headers=headers)

    assert expect(retried(b"documents")).status == ("acme/f1", 3)
    assert expect(retried(b"document-access")).causes == {"invalid_schema"}
    assert expect(retried(b"nowhere")).causes == {"invalid_headers"}


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (letter("invalid_schema"), "wrong cause: invalid_schema, not none of an unreadable record"),
        (letter("kills_the_worker"), "wrong cause: kills_the_worker"),
        (letter("permanent_error", "internal: KeyError: 'x'"), "internal error: KeyError"),
    ],
)
def test_a_good_record_becomes_no_dead_letter_of_a_bad_one(found: Read, what: str) -> None:
    ledger = Ledger()
    ledger.sent(case("documents", DOCUMENT))
    ledger.read(found)
    assert [each.what.startswith(what) for each in ledger.close()] == [True]


def test_an_unreadable_record_that_is_indexed_is_a_finding() -> None:
    ledger = Ledger()
    bad = case("documents", DOCUMENT, key=b"acme/other")
    ledger.sent(bad)
    ledger.read(letter("invalid_schema", "code: why"))
    [found] = ledger.close()
    assert found.what == "wrong cause: invalid_schema, not invalid_key"
    assert found.cases == (bad,)


def test_of_several_findings_the_smallest_record_is_kept() -> None:
    small = Finding(what="a", evidence="", cases=(case("queries", b"1"),))
    large = Finding(what="a", evidence="", cases=(case("queries", b"1234"),))
    assert smallest([large, small]) == {"a": (2, small)}


def test_a_pods_memory_is_read_from_its_quantity() -> None:
    assert quantity("4Gi") == 4 * 2**30
    with pytest.raises(ValueError, match="no quantity"):
        quantity("0.5G")
