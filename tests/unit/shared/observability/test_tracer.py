"""Without an endpoint there are no traces, and nothing of OpenTelemetry is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ragline.contracts.trace_context import TraceContext
from ragline.errors import Misconfigured
from ragline.observability.tracer import SpanKind, active, active_span, open_tracer
from ragline.settings import TracesSettings

SENT = TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def test_without_an_endpoint_a_trace_is_passed_on_as_it_came() -> None:
    with open_tracer(TracesSettings(), service="ragline-test") as tracer:
        begun = tracer.begin("process queries", kind=SpanKind.CONSUMER, parent=SENT)
        with active(begun) as span, active_span().child("vector pgvector") as child:
            assert child is span
            assert not child.recorded
            assert child.trace is SENT
    assert active_span().trace is None


def test_an_endpoint_without_the_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ragline.observability.otel_tracer", None)
    settings = TracesSettings(endpoint="http://collector:4318")
    with (
        pytest.raises(Misconfigured, match="install the extra `traces`"),
        open_tracer(settings, service="ragline-test"),
    ):
        pass


def test_a_service_runs_where_opentelemetry_is_not_installed() -> None:
    program = (
        "import sys\n"
        "sys.modules['opentelemetry'] = None\n"
        "import ragline.messaging.serve, ragline_reranker.app\n"
        "from ragline.observability.tracer import open_tracer\n"
        "from ragline.settings import TracesSettings\n"
        "with open_tracer(TracesSettings(), service='x') as tracer: print(tracer.on)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert told.stdout.strip() == b"False"


def test_with_an_endpoint_spans_are_recorded() -> None:
    settings = TracesSettings(endpoint="http://127.0.0.1:1", share=1.0)
    with open_tracer(settings, service="ragline-test") as tracer:
        assert tracer.begin("x", kind=SpanKind.INTERNAL, parent=None).recorded
