"""Whose question it is, and which answer is to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt, Reservation
from ragline_gateway.access.caller import Caller
from ragline_gateway.problems import Problem
from ragline_gateway.queries.lookup import Lookup
from ragline_gateway.queries.records import QueryRecord

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DIGEST, OTHER = "0" * 32, "1" * 32


class Ledger:
    def __init__(self, answers: dict[Attempt, bytes]) -> None:
        self.answers = answers

    async def claim(self, attempt: Attempt, answer: bytes) -> bytes:
        raise NotImplementedError

    async def reserve(self, attempt: Attempt) -> Reservation | None:
        raise NotImplementedError

    async def claimed(self, attempt: Attempt) -> bytes | None:
        return self.answers.get(attempt)


class Records:
    def __init__(self, *records: QueryRecord) -> None:
        self.by_ref = {record.ref: record for record in records}

    async def find(self, query: QueryRef) -> QueryRecord | None:
        return self.by_ref.get(query)


def record(tenant: str = "acme", digest: str = DIGEST) -> QueryRecord:
    return QueryRecord(
        query_id="q",
        tenant=tenant,
        subject="key",
        digest=digest,
        submitted_at=NOW,
        deadline=NOW + timedelta(seconds=60),
    )


def answer(digest: str | None) -> bytes:
    return QueryAnswered(
        query_id="q",
        tenant="acme",
        status=AnswerStatus.ANSWERED,
        question_digest=digest,
        answered_at=NOW,
    ).to_json()


def lookup(answers: dict[Attempt, bytes], *records: QueryRecord) -> Lookup:
    return Lookup(
        records=Records(*records),  # type: ignore[arg-type]
        ledger=Ledger(answers),
        redis=None,  # type: ignore[arg-type]
    )


async def test_one_id_in_two_tenants_is_two_questions() -> None:
    looking = lookup({}, record("acme", DIGEST), record("globex", OTHER))
    found = await looking.record("q", Caller(tenant="globex", subject="key"))
    assert found.digest == OTHER
    with pytest.raises(Problem):
        await looking.record("q", Caller(tenant="initech", subject="key"))


@pytest.mark.parametrize("digest", [DIGEST, None])
async def test_the_claimed_answer_is_that_to_the_question(digest: str | None) -> None:
    claimed = answer(digest)
    looking = lookup({Attempt(QueryRef("acme", "q")): claimed})
    assert await looking.answer(record()) == claimed


async def test_if_another_question_has_taken_the_id_its_answer_is_not_shown() -> None:
    query = QueryRef("acme", "q")
    answers = {Attempt(query): answer(OTHER)}
    assert await lookup(answers).answer(record()) is None
    own = answer(DIGEST)
    answers[Attempt(query, duplicate=DIGEST)] = own
    assert await lookup(answers).answer(record()) == own
