"""Traces through OpenTelemetry's SDK, exported over OTLP: port `Tracer`. Needs the extra `traces`.

Whether a trace is recorded is decided where it begins; all others follow the record's header. What
OpenTelemetry's own variables say (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_CERTIFICATE`,
`OTEL_RESOURCE_ATTRIBUTES`) holds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState

from ragline.contracts.trace_context import TraceContext
from ragline.observability import semantic_conventions as names
from ragline.observability.tracer import Attributes, Span, SpanKind, Tracer, Unrecorded, Wait

log = logging.getLogger(__name__)

_KINDS = {
    SpanKind.INTERNAL: otel.SpanKind.INTERNAL,
    SpanKind.SERVER: otel.SpanKind.SERVER,
    SpanKind.CLIENT: otel.SpanKind.CLIENT,
    SpanKind.PRODUCER: otel.SpanKind.PRODUCER,
    SpanKind.CONSUMER: otel.SpanKind.CONSUMER,
}
_FAILED = otel.Status(otel.StatusCode.ERROR)
_PATH = "/v1/traces"
# for the last spans when a process ends; a collector that is away must not hold up a roll-out
_LAST_EXPORT_S = 2.0
_NS_PER_MS = 1_000_000
_NONE: Attributes = {}


class OtelTracer:
    """Begins spans of one service.

    Args:
        tracer: of the SDK.
    """

    on = True

    def __init__(self, tracer: otel.Tracer) -> None:
        self._tracer = tracer

    def begin(
        self,
        name: str,
        *,
        kind: SpanKind,
        parent: TraceContext | None,
        attributes: Attributes = _NONE,
        wait: Wait | None = None,
    ) -> Span:
        """Begin a span, and one for the wait before it; without a parent it is below the wait's."""
        if parent is not None and not parent.sampled:
            return Unrecorded(parent)
        above = Context() if parent is None else _below(parent)
        if wait is not None:
            waited = self._waited(wait, above)
            if not waited.trace_flags.sampled:
                return Unrecorded(_place(waited))
            if parent is None:
                above = otel.set_span_in_context(NonRecordingSpan(waited), Context())
        span = self._tracer.start_span(name, above, _KINDS[kind], attributes)
        if not span.is_recording():
            return Unrecorded(_place(span.get_span_context()))
        return OtelSpan(self._tracer, span)

    def _waited(self, wait: Wait, above: Context) -> SpanContext:
        since, until = int(wait.since_ms * _NS_PER_MS), int(wait.until_ms * _NS_PER_MS)
        span = self._tracer.start_span(
            wait.name, above, attributes=wait.attributes, start_time=min(since, until)
        )
        span.end(until)
        return span.get_span_context()


class OtelSpan:
    """A span that is recorded."""

    __slots__ = ("_own", "_tracer", "trace")
    recorded = True

    def __init__(self, tracer: otel.Tracer, own: otel.Span) -> None:
        self._tracer = tracer
        self._own = own
        self.trace: TraceContext | None = _place(own.get_span_context())

    def child(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = _NONE,
        links: Iterable[Span] = (),
    ) -> Span:
        """Begin a span within this one."""
        own = self._tracer.start_span(
            name,
            otel.set_span_in_context(self._own, Context()),
            _KINDS[kind],
            attributes,
            links=[otel.Link(_context(each.trace)) for each in links if each.trace is not None],
        )
        return OtelSpan(self._tracer, own)

    def note(self, attributes: Attributes) -> None:
        """Add attributes."""
        self._own.set_attributes(attributes)

    def renamed(self, name: str) -> None:
        """Give it the name that it should have had."""
        self._own.update_name(name)

    def failed(self, error: BaseException) -> None:
        """Mark it as failed; the message stays away from traces."""
        self._own.set_attribute(names.ERROR_TYPE, type(error).__name__)
        self._own.set_status(_FAILED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc is not None:
            self.failed(exc)
        self._own.end()


class ToldOnce(SpanExporter):
    """Passes spans on to `exporter`, and logs when it begins to fail and when it works again."""

    def __init__(self, exporter: SpanExporter, *, where: str) -> None:
        self._exporter = exporter
        self._where = where
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export; spans that cannot be are lost."""
        result = self._exporter.export(spans)
        failing = result is not SpanExportResult.SUCCESS
        if failing and not self._failing:
            log.warning("traces are lost: %s does not take them", self._where)
        elif self._failing and not failing:
            log.info("traces go to %s again", self._where)
        self._failing = failing
        return result

    def shutdown(self) -> None:
        """Close the exporter."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Export what is kept back."""
        return self._exporter.force_flush(timeout_millis)


@contextmanager
def exporting(endpoint: str, *, service: str, share: float) -> Iterator[Tracer]:
    """Record `share` of the traces that begin here, and export them in the background.

    Args:
        endpoint: base URL of an OTLP receiver over HTTP, such as `http://collector:4318`.
        service: name of the process.
        share: in [0, 1].
    """
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # see `ToldOnce`
    exporter = ToldOnce(OTLPSpanExporter(endpoint.rstrip("/") + _PATH), where=endpoint)
    with recording(BatchSpanProcessor(exporter), service=service, share=share) as tracer:
        yield tracer


@contextmanager
def recording(processor: SpanProcessor, *, service: str, share: float) -> Iterator[Tracer]:
    """Record `share` of the traces that begin here for `processor`, which is closed in the end."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)),
        resource=Resource.create({SERVICE_NAME: service}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    try:
        yield OtelTracer(provider.get_tracer("ragline", schema_url=names.SCHEMA_URL))
    finally:
        closing = threading.Thread(target=provider.shutdown, daemon=True)
        closing.start()
        closing.join(_LAST_EXPORT_S)


def _below(parent: TraceContext) -> Context:
    return otel.set_span_in_context(NonRecordingSpan(_context(parent)), Context())


def _context(place: TraceContext) -> SpanContext:
    return SpanContext(
        trace_id=int(place.trace_id, 16),
        span_id=int(place.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(place.sampled),
        trace_state=TraceState.from_header([place.tracestate]) if place.tracestate else None,
    )


def _place(context: SpanContext) -> TraceContext:
    parent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    return TraceContext(parent, context.trace_state.to_header() or None)
