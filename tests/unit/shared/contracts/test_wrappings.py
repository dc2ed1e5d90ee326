"""What is around a record's JSON is taken off, and what is no JSON says what to do."""

from __future__ import annotations

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.wrappings import BinaryValue, unwrapped

QUESTION = {"query_id": "4711", "text": "Wie lange dauert das?"}
PLAIN = json.dumps(QUESTION).encode()
CLOUD_EVENT = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "asked"}

WRAPPED = {
    "nothing": PLAIN,
    "byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "frame": b"\x00\x00\x00\x00\x11" + PLAIN,
    "frame with a long id": b"\x00" + b"\x00" * 7 + b"\x11" + PLAIN,
    "frame and byte order mark": b"\x00\x00\x00\x00\x11\xef\xbb\xbf" + PLAIN,
    "structured CloudEvent": json.dumps(CLOUD_EVENT | {"data": QUESTION}).encode(),
    "CloudEvent with text": json.dumps(CLOUD_EVENT | {"data": PLAIN.decode()}).encode(),
    "CloudEvent with base64": json.dumps(
        CLOUD_EVENT | {"data_base64": base64.b64encode(PLAIN).decode()}
    ).encode(),
    "Kafka Connect's schema": json.dumps({"schema": {}, "payload": QUESTION}).encode(),
    "text in text": json.dumps(PLAIN.decode()).encode(),
    "frame and CloudEvent": b"\x00\x00\x00\x00\x11"
    + json.dumps(CLOUD_EVENT | {"data": QUESTION}).encode(),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_what_is_around_the_json_is_taken_off(name: str) -> None:
    assert unwrapped(WRAPPED[name]) == QUESTION


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"\x00\x00\x00\x00\x11\x084711\x02x", "schema id 17"),  # Avro
        (b"\x00\x00\x00\x00\x2a\x00\x0a\x044711", "schema id 42"),  # Protobuf
        (b"\x00", "Avro and Protobuf are not read"),
        (b"Obj\x01\x04\x14avro.codec", "publish JSON instead"),
        (b"\x0a\x044711\x12\x05hello", "publish JSON instead"),  # Protobuf without a frame
        (b"\x1f\x8b\x08\x00\x00", "compression.type"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b'{"specversion": "1.0", "data_base64": "no base64!"}', "not base64"),
    ],
)
def test_what_is_no_json_says_what_to_do(value: bytes, told: str) -> None:
    with pytest.raises(BinaryValue, match=told):
        unwrapped(value)


@pytest.mark.parametrize("value", [b"", b"{nope", b"\xff", b"{'single': 1}", b'{"a": "\x01"}'])
def test_broken_json_stays_the_parsers_to_explain(value: bytes) -> None:
    with pytest.raises(ValueError, match="line 1 column") as raised:
        unwrapped(value)
    assert not isinstance(raised.value, BinaryValue)


def test_envelopes_within_envelopes_are_not_followed_for_ever() -> None:
    value: object = QUESTION
    for _ in range(20):
        value = {"specversion": "1.0", "data": value}
    assert unwrapped(json.dumps(value).encode()) != QUESTION


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1), JSON, max_size=4), st.integers(0, 2**32 - 1))
def test_a_frame_changes_nothing_that_is_inside_of_it(
    value: dict[str, object], schema: int
) -> None:
    text = json.dumps(value).encode()
    assert unwrapped(b"\x00" + schema.to_bytes(4, "big") + text) == unwrapped(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(value: bytes) -> None:
    with contextlib.suppress(ValueError):
        unwrapped(value)
