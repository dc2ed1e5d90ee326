"""One question is one trace, through all stages, received over OTLP."""

from __future__ import annotations

import os
from uuid import uuid4

import httpx
from tests.patience import PATIENCE_S

from .conftest import Pipeline
from .otlp_receiver import ReceivedSpan

WORDS = "zircon hummingbird lantern"
WAY = ("queries", "intents", "candidates", "ranked", "answers")
WORKERS = ("classifier", "retriever", "reranker", "generator", "monitor")


def test_a_question_over_http_is_one_trace_to_its_answer(pipeline: Pipeline) -> None:
    status = pipeline.change(
        tenant="acme",
        document_id=f"traced-{uuid4().hex}.md",
        version=1,
        access=["staff"],
        content=f"# The {WORDS} manual\n\nA {WORDS} is filled with water once a week.",
    )
    assert status["status"] == "indexed", status
    # the services record no trace of their own: this one is recorded because its caller says so
    trace, caller = os.urandom(16).hex(), os.urandom(8).hex()
    asked = httpx.post(
        f"{pipeline.launcher.plan.addresses.gateway.url.rstrip('/')}/v1/queries",
        json={"text": f"How often is a {WORDS} filled?"},
        headers={
            "Authorization": f"Bearer {pipeline.key}",
            "traceparent": f"00-{trace}-{caller}-01",
        },
        timeout=PATIENCE_S,
    )
    assert asked.status_code == 202, asked.text
    answer = pipeline.answer(asked.json()["query_id"])
    assert answer["status"] in {"answered", "insufficient_evidence"}

    spans = pipeline.traces.of(trace, _complete)
    by_id = {span.id: span for span in spans}
    request = _one(spans, "POST /v1/queries")
    assert (request.service, request.parent) == ("ragline-gateway", caller)
    before = request
    for topic, worker in zip(WAY, WORKERS, strict=True):
        sent, waited, worked = (_one(spans, f"{what} {topic}") for what in _STEPS)
        assert sent.parent == before.id
        assert (waited.parent, worked.parent) == (sent.id, sent.id)
        assert (sent.service, worked.service) == (before.service, f"ragline-{worker}")
        assert waited.ended == worked.begun or waited.ended <= worked.ended
        assert worked.attributes["ragline.outcome"] in {"published", "noted"}
        before = worked
    for name in ("embeddings", "vector", "keyword"):
        searched = next(span for span in spans if span.name.startswith(name))
        assert by_id[searched.parent].name == "process intents"
    told = " ".join(f"{span.name} {span.attributes}" for span in spans).lower()
    assert not [word for word in WORDS.split() if word in told]


_STEPS = ("send", "wait", "process")


def _complete(spans: list[ReceivedSpan]) -> bool:
    wanted = {f"{step} {topic}" for step in _STEPS for topic in WAY} | {"POST /v1/queries"}
    return wanted <= {span.name for span in spans}


def _one(spans: list[ReceivedSpan], name: str) -> ReceivedSpan:
    (found,) = (span for span in spans if span.name == name)
    return found
