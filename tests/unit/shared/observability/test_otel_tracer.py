"""Spans as OpenTelemetry's SDK records them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import db_attributes as db
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv._incubating.attributes import messaging_attributes as messaging
from opentelemetry.semconv.attributes import error_attributes, http_attributes
from opentelemetry.semconv.schemas import Schemas

from ragline.contracts.trace_context import TraceContext
from ragline.observability import semantic_conventions as names
from ragline.observability.otel_tracer import ToldOnce, recording
from ragline.observability.tracer import (
    Span,
    SpanKind,
    Tracer,
    Wait,
    active,
    active_span,
    shared_child,
)

PARENT = TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=x")
UNSAMPLED = TraceContext(PARENT.traceparent[:-1] + "0")


@pytest.fixture
def seen() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(seen: InMemorySpanExporter) -> Iterator[Tracer]:
    with recording(SimpleSpanProcessor(seen), service="ragline-test", share=1.0) as opened:
        yield opened


def waited(since_ms: float, until_ms: float) -> Wait:
    return Wait(name="wait ranked", since_ms=since_ms, until_ms=until_ms, attributes={"a": 1})


def by_name(seen: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in seen.get_finished_spans()}


def parent_of(span: ReadableSpan) -> str:
    return "" if span.parent is None else f"{span.parent.span_id:016x}"


def own_id(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


async def test_work_and_wait_lie_side_by_side_below_the_sender(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    begun = tracer.begin(
        "process ranked", kind=SpanKind.CONSUMER, parent=PARENT, wait=waited(1_000.0, 1_250.0)
    )
    with active(begun) as span:
        assert span.trace is not None
        assert (span.trace.trace_id, span.trace.tracestate) == (PARENT.trace_id, "vendor=x")
        with await asyncio.create_task(searching()) as child:
            pass
    found = by_name(seen)
    assert [parent_of(found[name]) for name in ("wait ranked", "process ranked")] == [
        PARENT.span_id
    ] * 2
    wait = found["wait ranked"]
    assert (wait.start_time, wait.end_time) == (1_000_000_000, 1_250_000_000)
    assert parent_of(found["search"]) == own_id(found["process ranked"])
    assert child.trace is not None
    assert found["search"].resource.attributes["service.name"] == "ragline-test"
    assert active_span().trace is None


async def searching() -> Span:
    return active_span().child("search", kind=SpanKind.CLIENT, attributes={"a": 1})


def test_a_record_of_no_trace_begins_one_with_its_wait(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    with tracer.begin(
        "process queries", kind=SpanKind.CONSUMER, parent=None, wait=waited(2.0, 1.0)
    ):
        pass
    found = by_name(seen)
    assert found["wait ranked"].parent is None
    assert parent_of(found["process queries"]) == own_id(found["wait ranked"])
    assert found["wait ranked"].start_time == found["wait ranked"].end_time


def test_what_was_not_sampled_is_not_recorded_anywhere_below(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    with active(tracer.begin("process ranked", kind=SpanKind.CONSUMER, parent=UNSAMPLED)) as span:
        assert span.child("search") is span
        assert span.trace is UNSAMPLED
    assert not seen.get_finished_spans()


@pytest.mark.parametrize("times", [None, (1.0, 2.0)])
def test_a_trace_that_is_not_chosen_says_so_to_those_below(
    seen: InMemorySpanExporter, times: tuple[float, float] | None
) -> None:
    with recording(SimpleSpanProcessor(seen), service="ragline-test", share=0.0) as tracer:
        span = tracer.begin(
            "process queries", kind=SpanKind.CONSUMER, parent=None, wait=times and waited(*times)
        )
    assert span.trace is not None
    assert not span.trace.sampled
    assert not seen.get_finished_spans()


def test_a_failure_shows_its_class_and_no_message(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    with pytest.raises(LookupError), tracer.begin("x", kind=SpanKind.INTERNAL, parent=None):
        raise LookupError("what the question said")
    (span,) = seen.get_finished_spans()
    assert (span.attributes or {})[names.ERROR_TYPE] == "LookupError"
    assert not span.status.is_ok
    assert "what the question said" not in span.to_json()


def test_a_batch_of_several_is_below_one_and_linked_to_the_others(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    first, second = (tracer.begin(n, kind=SpanKind.INTERNAL, parent=None) for n in "ab")
    with shared_child([first, first, second, active_span()], "batch"):
        pass
    (batch,) = seen.get_finished_spans()
    assert first.trace is not None
    assert second.trace is not None
    assert parent_of(batch) == first.trace.span_id
    assert [f"{link.context.span_id:016x}" for link in batch.links] == [second.trace.span_id]
    assert not shared_child([active_span()], "batch").recorded


def test_names_are_those_of_the_conventions() -> None:
    modules = (db, error_attributes, gen_ai, http_attributes, messaging)
    known = {value for module in modules for value in vars(module).values() if type(value) is str}
    attributes = {
        value
        for name, value in vars(names).items()
        if name.isupper() and "." in value and not value.startswith(("https:", "ragline."))
    }
    assert attributes <= known
    assert len(attributes) > 15
    assert names.SCHEMA_URL in {schema.value for schema in Schemas}
    assert {names.CHAT, names.EMBEDDINGS} <= {
        each.value for each in gen_ai.GenAiOperationNameValues
    }


class Collector(SpanExporter):
    works = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS if self.works else SpanExportResult.FAILURE


def test_a_collector_that_goes_and_comes_gives_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    collector = Collector()
    exporter = ToldOnce(collector, where="http://collector:4318")
    with caplog.at_level(logging.INFO):
        for works in (True, False, False, False, True, True):
            collector.works = works
            exporter.export([])
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
