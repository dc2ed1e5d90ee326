"""The component's collector, which is the real one: what services send arrives at the backend."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from tests.e2e.otlp_receiver import ReceivedSpan, receiving_traces
from tests.patience import PATIENCE_S

from ragline.observability.otel_tracer import recording
from ragline.observability.tracer import SpanKind, Tracer, open_tracer
from ragline.settings import TracesSettings
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.server import running

from .collector import Collector

_SERVICE = "ragline-retriever"


def test_what_a_service_exports_arrives_at_the_backend_as_it_was(tmp_path: Path) -> None:
    with receiving_traces() as backend, running(Collector(tmp_path, backend=backend.url)) as taking:
        settings = TracesSettings(endpoint=taking.url, share=1.0)
        with open_tracer(settings, service=_SERVICE) as tracer:
            trace = _worked(tracer)
        spans = {span.name: span for span in backend.of(trace, _complete)}

    work, search = spans["process intents"], spans["search"]
    assert (work.service, search.service) == (_SERVICE, _SERVICE)
    assert (work.parent, search.parent) == ("", work.id)
    assert search.attributes == {"ragline.hits": 3}
    assert work.begun <= search.begun <= search.ended <= work.ended


def test_a_backend_that_is_away_for_a_moment_misses_nothing(tmp_path: Path) -> None:
    port = choose_port(None)
    with running(Collector(tmp_path, backend=f"http://{LOOPBACK}:{port}")) as taking:
        with socket.create_server((LOOPBACK, port)) as going, _exporting_at_once(taking) as tracer:
            traces = [_worked(tracer) for _ in range(20)]
            going.settimeout(PATIENCE_S)
            going.accept()[0].close()
        with receiving_traces(port) as backend:
            for trace in traces:
                assert len(backend.of(trace, _complete)) == 2


def test_a_collector_that_is_told_to_end_passes_on_what_it_has(tmp_path: Path) -> None:
    with receiving_traces() as backend:
        with running(Collector(tmp_path, backend=backend.url)) as taking:
            with _exporting_at_once(taking) as tracer:
                traces = [_worked(tracer) for _ in range(20)]
            taking.stop()
        arrived = {span.trace for span in backend.spans}

    assert arrived == set(traces)


def test_its_log_says_nothing_as_long_as_all_is_well(tmp_path: Path) -> None:
    with receiving_traces() as backend, running(Collector(tmp_path, backend=backend.url)) as taking:
        with _exporting_at_once(taking) as tracer:
            backend.of(_worked(tracer), _complete)
        taking.stop()

    # of a misspelt, deprecated or unsafe setting it would warn
    assert taking.log.read_text() == ""


def _worked(tracer: Tracer) -> str:
    """Record a span with another within it, and return their trace."""
    with tracer.begin("process intents", kind=SpanKind.CONSUMER, parent=None) as work:
        with work.child("search", attributes={"ragline.hits": 3}):
            pass
        assert work.trace is not None
        return work.trace.trace_id


def _complete(found: list[ReceivedSpan]) -> bool:
    return {span.name for span in found} == {"process intents", "search"}


@contextmanager
def _exporting_at_once(collector: Collector) -> Iterator[Tracer]:
    """Export each span as it ends: after the block the collector has them all."""
    exporter = OTLPSpanExporter(f"{collector.url}/v1/traces", timeout=PATIENCE_S)
    with recording(SimpleSpanProcessor(exporter), service=_SERVICE, share=1.0) as tracer:
        yield tracer
