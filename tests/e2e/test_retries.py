"""A change that meets a dead store is tried again later, and a question degrades or waits."""

from __future__ import annotations

import time
from uuid import uuid4

from .conftest import Pipeline


def test_a_change_published_while_the_store_is_down_is_indexed_later(pipeline: Pipeline) -> None:
    tenant = f"retry-{uuid4().hex[:8]}"
    where = {"tenant": tenant, "document_id": "late.md"}
    store = pipeline.launcher.plan.store
    store.kill()
    try:
        content = "The lighthouse keeper is called Ingrid."
        key = f"{tenant}/late.md"
        pipeline.publish("documents", where | {"version": 1, "content": content}, key=key)
        time.sleep(
            3
        )  # the ingestor meets the dead store; a slow client may still be waiting for it
    finally:
        store.start()
    status = pipeline.status(where | {"version": 1})
    assert status["status"] == "indexed", status
    assert status["freshness_ms"] > 3_000  # from the first append: the outage is included
    answer = pipeline.ask("What is the lighthouse keeper called?", tenant=tenant)
    assert "Ingrid" in answer["text"]


def test_a_question_asked_while_the_store_is_down_is_answered_when_it_is_back(
    pipeline: Pipeline,
) -> None:
    tenant = f"retry-{uuid4().hex[:8]}"
    text = "The harbour master keeps seven goats."
    pipeline.change(tenant=tenant, document_id="goats", version=1, content=text)
    store = pipeline.launcher.plan.store
    query_id = str(uuid4())
    store.kill()
    try:
        query = {"query_id": query_id, "text": "How many goats does he keep?", "tenant": tenant}
        pipeline.publish("queries", query, key=query_id)
        time.sleep(2)
    finally:
        store.start()
    answer = pipeline.answer(query_id)
    assert answer["status"] == "answered", answer
    assert "seven" in answer["text"]
