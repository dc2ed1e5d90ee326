"""A record is read whatever its headers are called, and so are those around it."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from ragline.messaging.header_names import TolerantRecords

GZIP = 1


def batch(*names: str, first: int = 0, compression: int = 0) -> bytes:
    """Return the bytes of a batch with a record for each header name."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=compression,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=10_000,
    )
    for offset, name in enumerate(names, start=first):
        headers: Any = [(name, b"\xff"), ("none", None)]
        builder.append(offset, timestamp=1, key=b"k", value=b"v%d" % offset, headers=headers)
    return bytes(builder.build())


def spoilt(stored: bytes) -> bytes:
    return stored.replace(b"abcd", b"ab\xff\xfe")


def read(records: Any) -> list[tuple[int, bytes, Any]]:
    found = []
    while records.has_next():
        found += [(each.offset, each.value, list(each.headers)) for each in records.next_batch()]
    return found


@pytest.mark.parametrize("compression", [0, GZIP])
def test_good_batches_are_read_as_ever(compression: int) -> None:
    stored = batch("a", "ü", compression=compression) + batch("b", compression=compression)
    assert read(TolerantRecords(stored)) == read(MemoryRecords(stored))
    assert TolerantRecords(stored).size_in_bytes() == len(stored)


def test_a_name_that_is_no_utf_8_is_escaped_and_nobody_stops_at_it() -> None:
    stored = spoilt(batch("good", "abcd", "also good") + batch("next"))
    with pytest.raises(UnicodeDecodeError):  # the client's own reader stays in front of it
        read(MemoryRecords(stored))
    found = read(TolerantRecords(stored))
    assert [headers[0][0] for _, _, headers in found] == [
        "good",
        r"ab\xff\xfe",
        "also good",
        "next",
    ]
    assert [value for _, value, _ in found] == [b"v0", b"v1", b"v2", b"v0"]
    assert {headers[0][1] for _, _, headers in found} == {b"\xff"}


def test_what_a_batch_says_of_itself_is_the_clients() -> None:
    made = TolerantRecords(spoilt(batch("abcd"))).next_batch()
    assert made is not None
    assert (made.next_offset, made.is_control_batch, made.producer_id) == (1, False, -1)
    assert next(TolerantRecords(batch("a")).next_batch()).value == b"v0"  # type: ignore[arg-type]


def test_a_batch_that_was_not_fetched_whole_is_left_for_the_next_fetch() -> None:
    stored = batch("a") + batch("b")
    assert len(read(TolerantRecords(stored[:-5]))) == 1
    assert TolerantRecords(b"").next_batch() is None
