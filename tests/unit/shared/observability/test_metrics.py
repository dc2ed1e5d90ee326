"""What is measured while a trace is recorded leads to it, where the reader asks for that."""

from __future__ import annotations

import httpx
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ragline.contracts.trace_context import TraceContext
from ragline.observability.health import Health
from ragline.observability.metrics import Metrics
from ragline.observability.otel_tracer import recording
from ragline.observability.probes import make_app
from ragline.observability.tracer import SpanKind, active

SAMPLED = TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
UNSAMPLED = TraceContext(SAMPLED.traceparent[:-1] + "0")
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def measured_in(parent: TraceContext) -> Metrics:
    metrics = Metrics()
    processor = SimpleSpanProcessor(InMemorySpanExporter())
    with (
        recording(processor, service="ragline-test", share=0.0) as tracer,
        active(tracer.begin("work", kind=SpanKind.INTERNAL, parent=parent)),
    ):
        metrics.observe("ragline_answer_seconds", 0.2)
    return metrics


async def scraped(metrics: Metrics, accept: str) -> httpx.Response:
    transport = httpx.ASGITransport(make_app(Health(), metrics))
    async with httpx.AsyncClient(transport=transport, base_url="http://probes") as http:
        return await http.get("/metrics", headers={"accept": accept})


async def test_an_observation_has_the_trace_that_is_recorded() -> None:
    told = await scraped(measured_in(SAMPLED), OPEN_METRICS)

    assert told.headers["content-type"].startswith("application/openmetrics-text")
    assert f'# {{trace_id="{SAMPLED.trace_id}"}} 0.2' in told.text


async def test_an_observation_names_no_trace_that_nobody_recorded() -> None:
    told = await scraped(measured_in(UNSAMPLED), OPEN_METRICS)

    assert "trace_id" not in told.text


async def test_who_asks_for_plain_text_gets_it_without_traces() -> None:
    told = await scraped(measured_in(SAMPLED), "text/plain")

    assert told.headers["content-type"].startswith("text/plain")
    assert "ragline_answer_seconds_count 1.0" in told.text
    assert "trace_id" not in told.text


async def test_the_state_of_the_ledger_is_told_only_by_who_looks() -> None:
    """Of a service that never looks at the ledger, 0 would say that it is down."""
    metrics = Metrics()
    assert "ragline_ledger_up" not in (await scraped(metrics, "text/plain")).text

    metrics.set("ragline_ledger_up", 1)

    assert "\nragline_ledger_up 1.0" in (await scraped(metrics, "text/plain")).text


async def test_the_process_measures_itself() -> None:
    told = await scraped(Metrics(), "text/plain")

    assert "process_cpu_seconds_total" in told.text
    assert "process_resident_memory_bytes" in told.text
