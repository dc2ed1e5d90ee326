"""CloudEvents 1.0 in Kafka's binary content mode, and Ragline's extension headers.

Source: CloudEvents v1.0.2, "Kafka Protocol Binding" section 3.2; W3C Trace Context for
`traceparent`. Incoming records may lack any of these headers; a missing one gets a default.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from ragline.contracts import bounds
from ragline.contracts.answers import StageTiming
from ragline.contracts.base import Event, QuestionDigest
from ragline.contracts.trace_context import (
    TRACEPARENT,
    TRACESTATE,
    TraceContext,
    read_trace,
)

Headers = list[tuple[str, bytes]]

CONTENT_TYPE = "content-type"
ATTEMPT = "ragline-attempt"
DEADLINE = "ragline-deadline"
# of what an ingestor publishes to itself, and of its dead letters: the index, unless it is `base`
INDEX = "ragline-index"
QUESTION = "ragline-question"
TENANT = "ragline-tenant"
TIMINGS = "ragline-timings"
# of a tombstone on `documents`: the version up to which the document is deleted
VERSION = "ragline-version"

_READ = frozenset({ATTEMPT, DEADLINE, QUESTION, TENANT, TIMINGS, TRACEPARENT, TRACESTATE})
_LAST_INSTANT_MS = 253_402_300_799_000  # 9999-12-31
# the stage that reads the header adds its own, and all of them must fit into the answer
_TIMINGS = TypeAdapter(Annotated[tuple[StageTiming, ...], Field(max_length=bounds.TIMINGS - 1)])
_DIGEST: TypeAdapter[str] = TypeAdapter(QuestionDigest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The headers that travel with an event. `deadline` is epoch milliseconds.

    `question` is the digest of the question as it was submitted; the first stage states it.

    `attempt` is 1 for the first delivery and grows with each replay by an operator. A later attempt
    gets its own answer. Its deadline is that of the header, because that of the event has passed.

    `trace` is the place of the span that publishes, or else of the record that is worked on.

    `index` is that of the ingestor which published the event; null if it is the base index.
    """

    deadline: int | None = None
    tenant: str | None = None
    timings: tuple[StageTiming, ...] = ()
    trace: TraceContext | None = None
    attempt: int = 1
    question: str | None = None
    index: str | None = None


def event_id(ce_type: str, value: bytes) -> str:
    """Return the event's id: a digest, so that a byte-identical repeat carries the same one."""
    return hashlib.blake2b(value, digest_size=16, person=ce_type[-16:].encode()).hexdigest()


def encode_headers(
    event: Event,
    value: bytes,
    *,
    source: str,
    envelope: Envelope | None = None,
    time: datetime | None = None,
) -> Headers:
    """Return the record headers of `event` whose encoded value is `value`.

    Args:
        event: the event.
        value: its bytes, as `event.to_json()` returned them.
        source: URI reference of the producer, for example `/ragline/retriever`.
        envelope: extension headers that are passed on from stage to stage.
        time: when the event happened; the current time when null.
    """
    envelope = envelope or Envelope()
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event_id(event.ce_type, value),
        "ce_source": source,
        "ce_type": event.ce_type,
        "ce_time": (time or datetime.now(UTC)).isoformat(),
        "ce_subject": event.subject,
        CONTENT_TYPE: "application/json",
    }
    if envelope.trace is not None:
        headers |= envelope.trace.headers
    if envelope.tenant is not None:
        headers[TENANT] = envelope.tenant
    if envelope.deadline is not None:
        headers[DEADLINE] = str(envelope.deadline)
    if envelope.attempt > 1:
        headers[ATTEMPT] = str(envelope.attempt)
    if envelope.question is not None:
        headers[QUESTION] = envelope.question
    if envelope.index is not None:
        headers[INDEX] = envelope.index
    if envelope.timings:
        headers[TIMINGS] = _TIMINGS.dump_json(envelope.timings).decode()
    return [(name, text.encode()) for name, text in headers.items()]


def decode_headers(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """Read the extension headers; unreadable ones count as missing, the last of a name wins.

    What else a publisher's record carries is not looked at: it may be null, binary or repeated.
    """
    found = {
        name: value.decode("utf-8", "replace")
        for name, value in headers
        if name in _READ and value is not None
    }
    return Envelope(
        deadline=_number(found.get(DEADLINE)),
        tenant=found.get(TENANT),
        timings=_timings(found.get(TIMINGS)),
        trace=read_trace(found.get(TRACEPARENT), found.get(TRACESTATE)),
        attempt=_number(found.get(ATTEMPT)) or 1,
        question=_digest(found.get(QUESTION)),
    )


def last_header(headers: Iterable[tuple[str, bytes | None]], name: str) -> str | None:
    """Return a header as text. The last one wins, because we append ours to the record's own."""
    found = [value for each, value in headers if each == name and value is not None]
    return found[-1].decode("utf-8", "replace") if found else None


def _number(text: str | None) -> int | None:
    # Python refuses to parse thousands of digits, and `datetime` ends with the year 9999
    short = text and text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_INSTANT_MS))
    return min(int(text), _LAST_INSTANT_MS) if text and short else None


def _digest(text: str | None) -> str | None:
    try:
        return None if text is None else _DIGEST.validate_python(text)
    except ValidationError:
        return None


def _timings(text: str | None) -> tuple[StageTiming, ...]:
    if text is None:
        return ()
    try:
        return _TIMINGS.validate_json(text)
    except ValidationError:
        return ()
