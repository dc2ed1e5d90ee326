"""The spans of a record: sent, waiting in its topic, and worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ragline.contracts.cloudevents import Envelope
from ragline.messaging.record import Record
from ragline.observability import semantic_conventions as names
from ragline.observability.tracer import (
    Attributes,
    Span,
    SpanKind,
    Tracer,
    Unrecorded,
    Wait,
    active_span,
)


def process_span(tracer: Tracer, record: Record, envelope: Envelope, started_ms: float) -> Span:
    """Begin the span of the work on a record, and record the time that it spent in its topic."""
    if not tracer.on:
        return Unrecorded(envelope.trace)
    key = (record.key or b"").decode("utf-8", "replace")
    place: Attributes = {
        names.MESSAGING_SYSTEM: names.KAFKA,
        names.MESSAGING_DESTINATION: record.topic,
        names.MESSAGING_PARTITION: str(record.partition),
        names.MESSAGING_OFFSET: record.offset,
        names.KEY: key,
    }
    return tracer.begin(
        f"process {record.topic}",
        kind=SpanKind.CONSUMER,
        parent=envelope.trace,
        attributes={**place, **_operation("process"), names.ATTEMPT: envelope.attempt},
        wait=Wait(
            name=f"wait {record.topic}",
            since_ms=record.timestamp,
            until_ms=started_ms,
            attributes=place,
        ),
    )


def ended_attributes(outcome: str, ids: Mapping[str, str]) -> Attributes:
    """Return what is known of a record at the end of the work on it."""
    return {names.OUTCOME: outcome} | {f"{names.OWN}{name}": value for name, value in ids.items()}


def send_span(topic: str, value: bytes) -> Span:
    """Begin the span of publishing a record, within what is being worked on."""
    span = active_span()
    if not span.recorded:
        return span
    return span.child(
        f"send {topic}",
        kind=SpanKind.PRODUCER,
        attributes={
            names.MESSAGING_SYSTEM: names.KAFKA,
            names.MESSAGING_DESTINATION: topic,
            names.MESSAGING_BODY_SIZE: len(value),
            **_operation("send"),
        },
    )


def sent_by(span: Span, envelope: Envelope) -> Envelope:
    """Return the envelope of what `span` publishes."""
    if span.trace is None or span.trace is envelope.trace:
        return envelope
    return replace(envelope, trace=span.trace)


def _operation(name: str) -> Attributes:
    return {names.MESSAGING_OPERATION: name, names.MESSAGING_OPERATION_TYPE: name}
