"""Questions over HTTP: asked, waited for, looked up by their askers alone, cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from tests.patience import PATIENCE_S

from ragline.contracts.answers import QueryAnswered
from ragline.testing.stub_pipeline import StubPipeline, StubQuestion
from ragline_gateway.settings import Settings

from .conftest import Replica, Script, at_once, started

Scripted = Callable[[Script], Awaitable[StubPipeline]]


async def test_a_question_is_accepted_with_its_address_and_answered_later(
    gateway: Replica, scripted: Scripted
) -> None:
    await scripted(at_once)

    accepted = await gateway.http.post("/v1/queries", json={"text": "What is a badge?"})
    here = accepted.headers["location"]
    async with asyncio.timeout(PATIENCE_S):
        while (found := (await gateway.http.get(here)).json())["status"] == "pending":
            await asyncio.sleep(0.02)

    assert accepted.status_code == 202
    assert accepted.json()["status"] == "pending"
    assert accepted.json()["links"]["events"] == f"{here}/events"
    assert found["status"] == "answered"
    assert QueryAnswered.model_validate(found["answer"]).text == "A badge opens doors. [1]"


async def test_who_prefers_to_wait_gets_the_answer_at_once(
    gateway: Replica, scripted: Scripted
) -> None:
    await scripted(at_once)

    answer = await gateway.http.post(
        "/v1/queries", json={"text": "What is a badge?"}, headers={"Prefer": "wait=10"}
    )

    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=10"
    assert answer.json()["answer"]["text"] == "A badge opens doors. [1]"


async def test_who_waited_in_vain_goes_on_with_the_id(gateway: Replica, scripted: Scripted) -> None:
    async def slow(question: StubQuestion) -> None:
        await asyncio.sleep(1.5)
        await at_once(question)

    await scripted(slow)
    answer = await gateway.http.post(
        "/v1/queries", json={"text": "What is a badge?"}, headers={"Prefer": "wait=1"}
    )

    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers
    events = [event.kind async for event in gateway.events(answer.json()["query_id"])]
    assert events[-1] == "answer"


async def test_what_is_asked_reaches_the_pipeline_with_who_asks_and_until_when(
    gateway: Replica, scripted: Scripted
) -> None:
    pipeline = await scripted(at_once)
    fields = {
        "history": [{"role": "user", "text": "Hello"}, {"role": "assistant", "text": "Hi"}],
        "filters": {"tags": ["handbook"]},
        "options": {"top_k": 3, "min_versions": {"badges.md": 7}},
        "deadline_s": 5,
    }

    answer = await gateway.http.post(
        "/v1/queries",
        json={"text": "What is a badge?", **fields},
        headers={"Prefer": "wait=10", "Ragline-Tenant": "acme"},
    )

    query = pipeline.seen[answer.json()["query_id"]]
    assert query.tenant == "acme"
    assert [turn.text for turn in query.history] == ["Hello", "Hi"]
    assert query.filters.tags == ("handbook",)
    assert (query.options.top_k, query.options.min_versions) == (3, {"badges.md": 7})
    assert query.deadline is not None
    assert query.submitted_at is not None
    assert (query.deadline - query.submitted_at).total_seconds() == 5


async def test_a_repeat_with_the_same_key_is_the_same_question(
    gateway: Replica, scripted: Scripted
) -> None:
    await scripted(at_once)
    key = {"Idempotency-Key": uuid4().hex}
    body = {"text": "What is a badge?"}

    first = await gateway.http.post("/v1/queries", json=body, headers=key)
    again = await gateway.http.post("/v1/queries", json=body, headers=key)
    other = await gateway.http.post("/v1/queries", json={"text": "And a key?"}, headers=key)
    somebody = await gateway.http.post(
        "/v1/queries", json=body, headers={**key, "Ragline-Tenant": "acme"}
    )

    assert again.json()["query_id"] == first.json()["query_id"]
    assert again.json()["deadline"] == first.json()["deadline"]
    assert other.status_code == 409
    assert somebody.json()["query_id"] != first.json()["query_id"]


async def test_a_question_is_its_askers_alone(gateway: Replica, scripted: Scripted) -> None:
    await scripted(at_once)
    query_id = await gateway.ask()
    here, other = f"/v1/queries/{query_id}", {"Ragline-Tenant": "acme"}

    looked = await gateway.http.get(here, headers=other)
    followed = await gateway.http.get(f"{here}/events", headers=other)
    stopped = await gateway.http.delete(here, headers=other)
    rated = await gateway.http.post(f"{here}/feedback", json={"rating": "up"}, headers=other)

    assert {each.status_code for each in (looked, followed, stopped, rated)} == {404}
    assert looked.json()["type"] == "urn:ragline:problem:no-such-query"
    assert looked.headers["content-type"] == "application/problem+json"


async def test_a_cancelled_question_still_gets_its_one_answer(
    gateway: Replica, scripted: Scripted
) -> None:
    async def until_cancelled(question: StubQuestion) -> None:
        await question.begin()
        while not await question.cancelled():
            await question.say("more and ")
            await asyncio.sleep(0.05)
        await question.answer("stopped")

    await scripted(until_cancelled)
    query_id = await gateway.ask()
    seen = []
    async for event in gateway.events(query_id):
        seen.append(event)
        if event.kind == "token" and len(seen) == 8:
            stopped = await gateway.http.delete(f"/v1/queries/{query_id}")
            assert stopped.status_code == 202

    assert seen[-1].kind == "answer"
    assert seen[-1].data["text"] == "stopped"


async def test_another_replica_knows_the_question_and_its_answer(
    gateway: Replica, scripted: Scripted, make_settings: Callable[..., Settings]
) -> None:
    await scripted(at_once)
    query_id = await gateway.ask()
    kinds = [event.kind async for event in gateway.events(query_id)]

    async with started(make_settings()) as other:
        found = await other.http.get(f"/v1/queries/{query_id}")
        late = [event async for event in other.events(query_id)]

    assert found.json()["status"] == "answered"
    assert [event.kind for event in late] == kinds
    assert late[-1].data == found.json()["answer"]
