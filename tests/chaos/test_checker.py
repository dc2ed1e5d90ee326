"""The checker finds each kind of broken promise, constructed by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.chaos.attacks import Sent
from tests.chaos.checker import (
    Findings,
    check_answers,
    check_citations,
    check_dead_letters,
    check_ends,
    check_statuses,
    check_store,
    check_streams,
)
from tests.chaos.model import Change, Expected, Kind
from tests.chaos.reading import Read, Stored
from tests.chaos.stream import Stream

KEY = "acme/machine-001.md"
TEXT = "# M\n\nThe code word of machine 001 is amber-1.\n"


def read(key: str, value: dict[str, Any] | bytes, *, at: float = 0.0, **headers: bytes) -> Read:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Read(topic="t", partition=0, offset=0, key=key, value=body, headers={**headers}, at=at)


def answer(query_id: str, **fields: Any) -> Read:
    return read(query_id, {"query_id": query_id, "status": "answered"} | fields, ce_id=b"1")


def stored(kind: str, version: int, **fields: Any) -> Stored:
    values: dict[str, Any] = {"text": None, "groups": None} | fields
    return Stored(key=KEY, kind=kind, version=version, **values)


def expected(**fields: Any) -> dict[str, Expected]:
    return {KEY: Expected(**fields)}


def test_one_answer_each_is_fine() -> None:
    findings = Findings()
    check_answers(findings, ["a", "b"], [answer("a"), answer("b"), answer("b")])
    assert findings.broken == []
    assert (findings.answered, findings.identical_repeats) == (2, 1)


def test_a_query_without_an_answer_is_missing() -> None:
    findings = Findings()
    check_answers(findings, ["a", "b"], [answer("a")])
    assert findings.missing == 1
    assert findings.broken


@pytest.mark.parametrize(
    "second", [answer("a", text="other"), read("a", answer("a").value or b"", ce_id=b"2")]
)
def test_two_different_answers_are_a_conflict(second: Read) -> None:
    findings = Findings()
    check_answers(findings, ["a"], [answer("a"), second])
    assert findings.conflicting == 1
    assert findings.broken


def test_an_answer_that_is_not_terminal_is_none() -> None:
    findings = Findings()
    check_answers(findings, ["a"], [answer("a", status="thinking")])
    assert findings.broken


def test_what_is_stored_as_it_must_be_is_fine() -> None:
    findings = Findings()
    want = expected(version=2, content=TEXT, access_version=1, access=("ops",))
    objects = [
        stored("content", 2),
        stored("access", 1, groups=("ops",)),
        stored("chunk", 2, text=TEXT),
    ]
    check_store(findings, want, objects)
    assert findings.broken == []


@pytest.mark.parametrize(
    "objects",
    [
        [],
        [stored("content", 1), stored("chunk", 1, text=TEXT)],
        [stored("content", 2), stored("chunk", 2, text="another code word")],
        [stored("content", 2, groups=("ops",)), stored("chunk", 2, text=TEXT)],
        [stored("gone", 2)],
    ],
    ids=["lost", "old version", "old text", "wrong access", "deleted"],
)
def test_another_state_than_the_highest_version_is_wrong(objects: list[Stored]) -> None:
    findings = Findings()
    check_store(findings, expected(version=2, content=TEXT), objects)
    assert findings.wrong_versions == 1
    assert findings.broken


@pytest.mark.parametrize(
    "orphan",
    [
        stored("chunk", 1, text="old"),
        stored("chunk", 3, text="never finished"),
        stored("content", 1),
        stored("access", 1, groups=()),
    ],
    ids=["old chunk", "unfinished chunk", "old marker", "old access"],
)
def test_what_belongs_to_nothing_that_stands_is_an_orphan(orphan: Stored) -> None:
    findings = Findings()
    want = expected(version=2, content=TEXT, access_version=2, access=("ops",))
    objects = [stored("content", 2, groups=("ops",)), stored("chunk", 2, text=TEXT), orphan]
    check_store(findings, want, objects)
    assert findings.orphans == 1
    assert findings.broken


def test_a_deleted_document_that_is_still_stored_is_resurrected() -> None:
    findings = Findings()
    check_store(findings, expected(version=2, gone=True), [stored("gone", 2), stored("chunk", 1)])
    assert findings.resurrected == 1
    assert findings.broken


def cited(version: int, *, watermark: float) -> Read:
    citation = {"document_id": "machine-001.md", "version": version}
    return answer("a", tenant="acme", watermark=watermark, citations=[citation])


def status(version: int, outcome: str, *, at: float) -> Read:
    return read(KEY, {"version": version, "status": outcome, "change": "content"}, at=at)


@pytest.mark.parametrize(
    ("version", "watermark", "stale"),
    [(1, 9_000, 0), (1, 11_000, 1), (2, 11_000, 0), (2, 21_000, 1), (3, 21_000, 0)],
)
def test_an_answer_from_what_was_known_to_be_gone_is_a_resurrection(
    version: int, watermark: float, stale: int
) -> None:
    findings = Findings()
    statuses = [status(2, "indexed", at=10.0), status(2, "deleted", at=20.0)]
    check_citations(findings, [cited(version, watermark=watermark)], statuses)
    assert findings.resurrected == stale
    assert bool(findings.broken) == bool(stale)


def test_an_answer_from_two_versions_is_found() -> None:
    findings = Findings()
    citations = [{"document_id": "d", "version": v} for v in (1, 2)]
    check_citations(findings, [answer("a", citations=citations)], [])
    assert findings.two_versions_seen == 1
    assert findings.broken


def test_a_change_without_a_status_is_unfinished() -> None:
    changes = [
        Change(tenant="acme", document_id="machine-001.md", version=1, kind="upsert"),
        Change(tenant="acme", document_id="machine-001.md", version=1, kind="access"),
    ]
    findings = Findings()
    check_statuses(findings, changes, [status(1, "indexed", at=1.0)])
    assert findings.unfinished_changes == 1
    assert findings.broken


def test_poison_that_vanished_and_causes_that_nobody_knows_are_found() -> None:
    findings = Findings()
    headers = {"ragline-dead-letter-cause": b"bad mood"}
    letters = [replace(read("p1", b""), headers=headers)]
    check_dead_letters(findings, letters, {"queries": ["p1", "p2"]})
    assert len(findings.broken) == 2
    assert findings.dead_letters == {"bad mood": 1}


def test_the_model_takes_changes_in_any_order() -> None:
    late, first = Expected(), Expected()
    history: list[tuple[int, Kind, tuple[str, ...] | None]] = [
        (1, "upsert", None),
        (2, "access", ("ops",)),
        (3, "delete", None),
        (4, "upsert", ("staff",)),
        (4, "upsert", ("staff",)),
    ]
    changes = [
        Change(tenant="t", document_id="d", version=v, kind=kind, access=access)
        for v, kind, access in history
    ]
    for change in changes:
        first.apply(change)
    for change in reversed(changes):
        late.apply(change)
    assert first == late
    assert (first.version, first.gone, first.access) == (4, False, ("staff",))


def stream(query_id: str, text: str | None) -> Stream:
    said = None if text is None else {"query_id": query_id, "status": "answered", "text": text}
    return Stream(query_id=query_id, answer=said)


def test_a_stream_without_its_answer_is_found() -> None:
    findings = Findings()
    published = [answer("a", text="one"), answer("b", text="two")]
    check_streams(findings, [stream("a", "one"), stream("b", None)], published)
    assert (findings.streams, findings.streams_without_answer) == (2, 1)
    assert len(findings.broken) == 1


def test_a_stream_with_another_answer_than_the_topic_is_found() -> None:
    findings = Findings()
    check_streams(findings, [stream("a", "two")], [answer("a", text="one")])
    assert findings.broken == ["streams with another answer than the topic: a"]


def test_a_question_that_no_gateway_accepted_is_found() -> None:
    findings = Findings()
    check_streams(findings, [stream("", None)], [])
    assert findings.broken


def test_a_hostile_record_without_an_end_is_found() -> None:
    findings = Findings()
    sent = [Sent(topic="queries", key=key, value=b"") for key in ("a", "b")]
    check_ends(findings, sent, [answer("a")])
    assert (findings.hostile, findings.hostile_without_end) == (2, 1)
    assert findings.broken == ["hostile records without an end: b"]
