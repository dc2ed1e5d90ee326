"""A record becomes FastStream's message whatever its headers hold, and its value an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ragline.contracts.documents import DocumentChanged
from ragline.contracts.queries import QuerySubmitted
from ragline.errors import InvalidEvent
from ragline.messaging.parsing import decode_event, parse_record


@dataclass
class FakeRecord:
    value: bytes | None
    topic: str = "queries"
    key: bytes | None = b"q"
    partition: int = 3
    offset: int = 128
    timestamp: int = 0
    headers: Any = (
        ("kafka_correlationId", b"\xff\x00"),
        ("none", None),
        ("x", b"1"),
        ("x", b"2"),
        ("reply_to", b"feedback"),
    )


async def read(record: FakeRecord) -> Any:
    return await decode_event(await parse_record(record))


async def test_headers_are_carried_and_not_judged() -> None:
    record = FakeRecord(b'{"query_id": "q", "text": "why?"}')
    message = await parse_record(record)
    assert message.headers == {}
    assert message.reply_to == ""
    assert message.raw_message is record
    assert await decode_event(message) == QuerySubmitted(query_id="q", text="why?")


async def test_the_topic_says_what_is_read() -> None:
    value = b'{"document_id": "d", "version": 1, "operation": "Delete"}'
    assert isinstance(await read(FakeRecord(value, topic="documents")), DocumentChanged)


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "the value is null"), (b"\x00\x00\x00\x00\x07\x02", "schema id 7")],
)
async def test_what_cannot_be_read_says_what_to_do(value: bytes | None, told: str) -> None:
    with pytest.raises(InvalidEvent, match=told) as raised:
        await read(FakeRecord(value))
    assert raised.value.cause == "invalid_json"
