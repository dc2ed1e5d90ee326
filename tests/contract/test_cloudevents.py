"""Our headers are CloudEvents that the reference SDK reads, and we read anybody's records."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.answers import StageTiming
from ragline.contracts.cloudevents import (
    ATTEMPT,
    DEADLINE,
    TIMINGS,
    Envelope,
    decode_headers,
    encode_headers,
)
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.trace_context import TraceContext

QUERY = QuerySubmitted(query_id="q-1", text="¿Qué es un exchange? 🐇")
ENVELOPE = Envelope(
    deadline=1_800_000_000_000,
    tenant="acme",
    timings=(StageTiming(stage="classifier", queued=1.0, started=2.5, finished=3.0),),
    trace=TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=x"),
)


def test_the_reference_sdk_reads_our_records() -> None:
    value = QUERY.to_json()
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    headers = dict(encode_headers(QUERY, value, source="/test", envelope=ENVELOPE, time=time))
    message = KafkaMessage(headers=headers, key=b"q-1", value=value)
    event = from_binary_event(message, JSONFormat())
    assert event.get_specversion() == "1.0"
    assert event.get_type() == "ragline.query.submitted.v1"
    assert event.get_source() == "/test"
    assert event.get_subject() == "q-1"
    assert event.get_time() == time
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["text"] == QUERY.text


def test_a_byte_identical_repeat_has_the_same_id_and_another_event_another() -> None:
    value = QUERY.to_json()
    ids = [dict(encode_headers(QUERY, v, source="/x"))["ce_id"] for v in (value, value, b"{}")]
    assert ids[0] == ids[1] != ids[2]


def test_extensions_survive_the_journey() -> None:
    headers = encode_headers(QUERY, QUERY.to_json(), source="/x", envelope=ENVELOPE)
    found = decode_headers(headers)
    assert found == ENVELOPE


def test_a_record_without_headers_gets_defaults_and_belongs_to_no_trace() -> None:
    assert decode_headers([]) == Envelope()
    assert "traceparent" not in dict(encode_headers(QUERY, QUERY.to_json(), source="/x"))


@pytest.mark.parametrize(
    "traceparent",
    [
        b"rubbish",
        b"00-00000000000000000000000000000000-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        b"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    ],
)
def test_a_traceparent_that_the_standard_forbids_is_none(traceparent: bytes) -> None:
    assert decode_headers([("traceparent", traceparent), ("tracestate", b"a=b")]).trace is None


def test_a_tracestate_that_is_too_long_or_no_text_is_not_passed_on() -> None:
    parent = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
    for state in (b"x" * 513, b"a=\x00"):
        trace = decode_headers([parent, ("tracestate", state)]).trace
        assert trace is not None
        assert (trace.tracestate, trace.sampled) == (None, False)


@given(st.lists(st.tuples(st.sampled_from([DEADLINE, TIMINGS, "x"]), st.binary(max_size=20))))
def test_headers_that_cannot_be_read_count_as_missing(headers: list[tuple[str, bytes]]) -> None:
    decode_headers(headers)


@pytest.mark.parametrize("name", [DEADLINE, ATTEMPT])
def test_a_number_of_any_length_is_survived(name: str) -> None:
    found = decode_headers([(name, b"9" * 5_000)])
    assert (found.deadline, found.attempt) == (None, 1)
    latest = decode_headers([(DEADLINE, b"9" * 15)]).deadline
    assert latest is not None
    assert datetime.fromtimestamp(latest / 1000, UTC).year == 9999
