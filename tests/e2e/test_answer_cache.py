"""A question asked again comes from the cache, until a document behind its answer changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import CACHED_TENANT, Pipeline

QUESTION = "When does the lighthouse museum open?"
AT_NINE = "The lighthouse museum opens at nine in the morning. Dogs are welcome."
AT_TEN = "The lighthouse museum opens at ten in the morning. Dogs are welcome."
MUSEUM: dict[str, Any] = {"tenant": CACHED_TENANT, "document_id": "museum"}
STAFF = {"user": "ann", "groups": ["staff"]}


@pytest.fixture(autouse=True, scope="module")
def _museum(pipeline: Pipeline) -> None:
    pipeline.change(**MUSEUM, version=1, content=AT_NINE)


def ask(pipeline: Pipeline, **fields: Any) -> dict[str, Any]:
    answer = pipeline.ask(QUESTION, tenant=CACHED_TENANT, **fields)
    assert answer["status"] == "answered", answer
    return answer


def test_an_answer_is_cached_until_its_document_changes(pipeline: Pipeline) -> None:
    first, second = ask(pipeline), ask(pipeline)
    assert "cached" not in first
    assert second["cached"] == {"answered_at": first["answered_at"]}
    for same in ("text", "citations", "validation", "models"):
        assert second[same] == first[same]
    assert second["query_id"] != first["query_id"]
    assert second["watermark"] > first["watermark"]
    assert [t["stage"] for t in second["timings"]][-1] == "generator"

    pipeline.change(**MUSEUM, version=2, content=AT_TEN)
    third, fourth = ask(pipeline), ask(pipeline)
    assert "cached" not in third
    assert "ten" in third["text"]
    assert "nine" not in json.dumps(third)
    assert fourth["cached"] == {"answered_at": third["answered_at"]}


def test_other_groups_have_answers_of_their_own(pipeline: Pipeline) -> None:
    ask(pipeline)
    own = ask(pipeline, principal=STAFF)
    again = ask(pipeline, principal=STAFF | {"user": "bob"})
    assert "cached" not in own
    assert again["cached"] == {"answered_at": own["answered_at"]}


def test_a_change_of_access_takes_the_answer_away(pipeline: Pipeline) -> None:
    ask(pipeline, principal=STAFF)
    pipeline.change_access(**MUSEUM, version=10, access=["board"])
    answer = pipeline.ask(QUESTION, tenant=CACHED_TENANT, principal=STAFF)
    assert answer["status"] == "refused", answer
    pipeline.change_access(**MUSEUM, version=11, access=["staff"])
    assert "museum opens" in ask(pipeline, principal=STAFF)["text"]


def test_a_cached_answer_is_repeated_byte_for_byte_with_its_event_id(pipeline: Pipeline) -> None:
    pipeline.change(tenant=CACHED_TENANT, document_id="pier", version=1, content="The pier is red.")
    query = {"text": "Which colour is the pier?", "tenant": CACHED_TENANT}
    pipeline.ask(query["text"], tenant=CACHED_TENANT)
    cached = pipeline.ask(query["text"], tenant=CACHED_TENANT)
    query_id = cached["query_id"]
    assert "cached" in cached
    before = pipeline.answers.find(lambda m: m.key() == query_id.encode())

    pipeline.publish("queries", query | {"query_id": query_id}, key=query_id)
    repeat = pipeline.answers.find(
        lambda m: m.key() == query_id.encode() and m.offset() != before.offset()
    )

    assert repeat.value() == before.value()
    assert dict(repeat.headers())["ce_id"] == dict(before.headers())["ce_id"]


def test_other_tenants_have_no_cache(pipeline: Pipeline) -> None:
    where = {**MUSEUM, "tenant": "not-cached"}
    pipeline.change(**where, version=1, content=AT_NINE)
    answers = [pipeline.ask(QUESTION, tenant="not-cached") for _ in range(2)]
    assert ["cached" in answer for answer in answers] == [False, False]
