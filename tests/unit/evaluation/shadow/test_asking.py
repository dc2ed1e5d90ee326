"""A live question as the shadow asks it, and errors as answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ragline.clock import utc_now
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.queries import Options, Principal, QuerySubmitted
from ragline.errors import Unavailable
from ragline_evaluation.shadow.asking import ask, asked_now
from ragline_evaluation.stages import QueryStages

APPENDED = datetime(2026, 1, 5, tzinfo=UTC)
LATE = APPENDED + timedelta(seconds=20)
QUERY = QuerySubmitted(query_id="q", text="How?", tenant="acme", principal=Principal(groups=("g",)))


async def pass_on(event: Any) -> Any:
    return event


async def answer(event: Any) -> QueryAnswered:
    return QueryAnswered(
        query_id=event.query_id,
        tenant=event.tenant,
        status=AnswerStatus.ANSWERED,
        answered_at=APPENDED,
    )


def stages(**others: Any) -> QueryStages:
    given = {"classify": pass_on, "retrieve": pass_on, "rerank": pass_on, "answer": answer}
    return QueryStages(**(given | others))


def test_the_question_keeps_its_time_and_its_rights_and_is_streamed_to_nobody() -> None:
    deadline = APPENDED + timedelta(seconds=30)
    asked = asked_now(QUERY, appended_at=APPENDED, deadline=deadline, now=LATE)
    assert asked.deadline == LATE + timedelta(seconds=30)
    assert asked.submitted_at == LATE
    assert asked.principal.groups == ("g",)
    assert asked.tenant == "acme"
    assert not asked.options.stream


def test_the_id_is_not_that_of_the_live_question() -> None:
    def asked(query_id: str) -> str:
        query = QUERY.model_copy(update={"query_id": query_id})
        return asked_now(query, appended_at=APPENDED, deadline=None, now=LATE).query_id

    assert asked("q") != "q"
    assert asked("q") == asked("q") != asked("p")
    assert len(asked("x" * 128)) <= 128


def test_other_options_stay() -> None:
    query = QUERY.model_copy(update={"options": Options(top_k=3, min_versions={"a": 2})})
    options = asked_now(query, appended_at=APPENDED, deadline=None, now=LATE).options
    assert (options.top_k, options.min_versions) == (3, {"a": 2})


def test_clocks_that_disagree_and_deadlines_without_end_do_no_harm() -> None:
    never = datetime(9999, 12, 31, tzinfo=UTC)
    ahead = asked_now(QUERY, appended_at=LATE, deadline=never, now=APPENDED)
    assert ahead.submitted_at == LATE
    assert asked_now(QUERY, appended_at=APPENDED, deadline=never, now=LATE).deadline == never


async def test_the_work_of_each_stage_is_timed() -> None:
    answered = await ask(stages(), QUERY, clock=utc_now)
    assert answered.status is AnswerStatus.ANSWERED
    names = [timing.stage for timing in answered.timings]
    assert names == ["classifier", "retriever", "reranker", "generator"]
    assert all(timing.finished >= timing.started for timing in answered.timings)


@pytest.mark.parametrize(
    ("error", "code"), [(Unavailable("no store"), "unavailable"), (KeyError("x"), "internal")]
)
async def test_an_error_is_an_answer(error: Exception, code: str) -> None:
    async def fail(_event: Any) -> Any:
        raise error

    answered = await ask(stages(retrieve=fail), QUERY, clock=utc_now)
    assert answered.status is AnswerStatus.FAILED
    assert answered.error is not None
    assert answered.error.code == code
    assert [timing.stage for timing in answered.timings] == ["classifier"]


async def test_a_question_without_end_ends_with_its_deadline() -> None:
    async def plan(event: QuerySubmitted) -> QuerySubmitted:
        return event.model_copy(update={"deadline": utc_now() + timedelta(milliseconds=50)})

    async def hang(_event: Any) -> Any:
        await asyncio.Event().wait()

    answered = await ask(stages(classify=plan, answer=hang), QUERY, clock=utc_now)
    assert answered.status is AnswerStatus.EXPIRED
    assert answered.error is not None
    assert answered.error.code == "deadline_exceeded"
