"""Ratings find their answers, of their own tenant alone; large topics are filtered by key."""

from __future__ import annotations

import pytest
from tests.unit.cli.feedback.conftest import FakeRecord, answered, rated, record

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline_cli.feedback import answer_records
from ragline_cli.feedback.answer_records import AnswerRecords
from ragline_cli.feedback.rated_answers import join


def found(*records: FakeRecord, wanted: str = "q") -> AnswerRecords:
    answers = AnswerRecords([wanted])
    for each in records:
        answers.see(each)
    return answers


def test_an_answer_that_nobody_rated_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    monkeypatch.setattr(answer_records, "parse", lambda _, value: parsed.append(value))
    found(record(answered("other")), FakeRecord(b"rated", key=b"q"))
    assert parsed == [b"rated"]


def test_records_that_are_no_answer_are_counted() -> None:
    answers = found(
        FakeRecord(b"{", key=b"q"),
        FakeRecord(None, key=b"q"),
        record(answered("other"), key=b"q"),
        record(answered("q"), key=None),
    )
    assert (answers.unreadable, dict(answers.of("q"))) == (4, {})


def test_of_several_attempts_the_last_counts() -> None:
    failed = answered("q", status=AnswerStatus.FAILED)
    replayed = answered("q", attempt=2)
    for order in ((failed, replayed), (replayed, failed)):
        assert found(*map(record, order)).of("q")["acme"].attempt == 2


def test_feedback_about_an_answer_of_another_tenant_is_ignored_and_counted() -> None:
    mine, theirs = answered("mine"), answered("theirs", tenant="beta")
    answers = {answer.query_id: {answer.tenant: answer} for answer in (mine, theirs)}
    ratings = [
        *rated(("up", None, "u"), ("down", 1, "v"), query_id="mine"),
        *rated(("up", None, "u"), query_id="theirs"),
        *rated(("up", None, "u"), query_id="gone"),
    ]
    nothing: dict[str, QueryAnswered] = {}
    joined = join(ratings, lambda query_id: answers.get(query_id, nothing))
    (rated_answer,) = joined.answers
    assert rated_answer.answer is mine
    assert (len(rated_answer.ratings), joined.foreign, joined.unanswered) == (2, 1, 1)


def test_two_tenants_may_have_the_same_query_id() -> None:
    answers = found(record(answered("q", tenant="beta")), record(answered("q")))
    (rated_answer,) = join(rated(("up", None, "u")), answers.of).answers
    assert rated_answer.answer.tenant == "acme"
