"""Spans that adapters begin, as they are recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ragline.observability.otel_tracer import recording
from ragline.observability.tracer import Tracer


@pytest.fixture
def seen() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(seen: InMemorySpanExporter) -> Iterator[Tracer]:
    with recording(SimpleSpanProcessor(seen), service="ragline-test", share=1.0) as opened:
        yield opened
