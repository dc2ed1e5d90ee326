"""What other programs wrap around a record's JSON: a byte order mark, a frame, an envelope.

Sources: Confluent's wire format (a zero byte, then a schema id of 4 bytes; Apicurio's of 8);
CloudEvents 1.0.2, "JSON Event Format" (structured mode); Kafka Connect's `JsonConverter` with
`schemas.enable`; Spring's `JsonSerializer` makes a JSON string of a value that is text already.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from typing import Any

from pydantic_core import from_json

_FRAMES = (5, 9)  # bytes, the longer one with an id of 8 bytes
_JSON_STARTS = (b"{", b"[", b'"')
_MOST_LAYERS = 4
_LOOKED_AT = 64
_AVRO_FILE = b"Obj\x01"
_TEXT_CONTROLS = b"\t\n\r"


class BinaryValue(ValueError):
    """A record's value in a format that is not read; the message says what to do."""


def unwrapped(value: bytes) -> Any:
    """Return the JSON value inside of what is wrapped around it.

    Raises:
        BinaryValue: it is no JSON, and what it is can be said.
        ValueError: it is no JSON.
    """
    found = from_json(_unframed(value))
    for _ in range(_MOST_LAYERS):
        inner = _inner(found)
        if inner is None:
            break
        found = from_json(_unframed(inner)) if isinstance(inner, bytes) else inner
    return found


def _inner(found: Any) -> Any:
    match found:
        case str() if found.lstrip().startswith("{"):
            return found.encode()
        case {"specversion": str(), "data": dict() | str() as data}:
            return data
        case {"specversion": str(), "data_base64": str() as data}:
            return _decoded(data)
        case {"schema": _, "payload": dict() | str() as data}:
            return data
    return None


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise BinaryValue(f"data_base64 of the CloudEvent is not base64: {error}") from error


def _unframed(value: bytes) -> bytes:
    value = value.removeprefix(codecs.BOM_UTF8)
    if value.startswith(b"\0"):
        return _without_frame(value)
    if value.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BinaryValue("the value is UTF-16: publish it as UTF-8")
    if value.startswith(_AVRO_FILE) or _is_binary(value[:_LOOKED_AT]):
        raise BinaryValue(
            "the value is binary, and JSON in UTF-8 is expected. If it is Avro, Protobuf or "
            "MessagePack, publish JSON instead; if it was compressed or encrypted, leave "
            "compression to the Kafka client (`compression.type`)"
        )
    return value


def _without_frame(value: bytes) -> bytes:
    for length in _FRAMES:
        body = value[length:].removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
        if body.startswith(_JSON_STARTS):
            return body
    schema = int.from_bytes(value[1:5], "big")
    raise BinaryValue(
        f"the value has a schema registry's frame (schema id {schema}) and no JSON in it. Avro and "
        "Protobuf are not read: publish with the registry's JSON Schema serializer, or plain JSON; "
        "an existing topic can be converted by Kafka Connect or ksqlDB"
    )


def _is_binary(start: bytes) -> bool:
    text = start.lstrip(b" \t\r\n")
    if not text or text.startswith(_JSON_STARTS):
        return False
    return any(byte < ord(" ") and byte not in _TEXT_CONTROLS for byte in start)
