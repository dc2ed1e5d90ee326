"""What traces and the log show of a question at one stage."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.unit.shared.messaging.test_query_handler import T0, World

from ragline.contracts.base import Event
from ragline.errors import Misconfigured
from ragline.observability.otel_tracer import recording
from ragline.observability.tracer import active_span

TRACE = "0af7651916cd43dd8448eb211c80319c"
SENT = f"00-{TRACE}-b7ad6b7169203331-01"
HEADERS = [("traceparent", SENT.encode())]
SECRET = "why is the safe open?"


async def refuse(_event: Any) -> Event:
    raise Misconfigured("asked to fail")


async def search(world: World, event: Any) -> Event:
    with active_span().child("vector pgvector"):
        return await world.passing_on(event)


@pytest.fixture
def world() -> World:
    return World()


async def test_one_line_tells_which_question_whose_what_became_of_it_and_how_long(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await world.deliver(text=SECRET, tenant="acme", headers=HEADERS)
        world.stage = refuse
        await world.deliver(text=SECRET, tenant="acme", headers=HEADERS)
    told = [record for record in caplog.records if record.levelno == logging.INFO]
    assert [(vars(r)["outcome"], vars(r)["query_id"]) for r in told] == [
        ("published", "q"),
        ("dead", "q"),
    ]
    assert {vars(r)["tenant"] for r in told} == {"acme"}
    assert {vars(r)["trace_id"] for r in told} == {TRACE}
    assert told[0].getMessage() == "queries[0]@0 q of acme: published in 0.0 ms"
    assert "Misconfigured" in told[1].getMessage()
    assert SECRET not in caplog.text


@pytest.mark.parametrize("share", [0.0, 1.0])
async def test_what_a_stage_does_is_below_its_work_on_the_record(
    world: World, share: float
) -> None:
    seen = InMemorySpanExporter()
    world.stage = lambda event: search(world, event)
    with recording(SimpleSpanProcessor(seen), service="ragline-test", share=share) as tracer:
        world.handler._context = replace(world.handler._context, tracer=tracer)
        await world.deliver(text=SECRET, tenant="acme", headers=HEADERS)
        world.stage = refuse
        await world.deliver(text=SECRET, headers=HEADERS)
        await world.deliver(text=SECRET)  # of no trace: it depends on the share
    spans = seen.get_finished_spans()
    names = [span.name for span in spans]
    assert names[:3] == ["wait queries", "vector pgvector", "process queries"]
    assert names.count("process queries") == 2 + (share == 1.0)
    search_span, process = spans[1], spans[2]
    assert search_span.parent is not None
    assert process.context is not None
    assert search_span.parent.span_id == process.context.span_id
    attributes = process.attributes or {}
    assert attributes["ragline.outcome"] == "published"
    assert attributes["ragline.tenant"] == "acme"
    assert attributes["ragline.query_id"] == "q"
    assert process.start_time is not None
    assert spans[0].start_time == int(T0.timestamp() * 1e9)
    failed = [span.attributes for span in spans if "error.type" in (span.attributes or {})]
    for dead in filter(None, failed):
        assert (dead["ragline.outcome"], dead["error.type"]) == ("dead", "Misconfigured")
    assert len(failed) == 1 + (share == 1.0)
    assert SECRET not in "".join(span.to_json() for span in spans)
