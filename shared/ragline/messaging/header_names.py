"""Header names that are no UTF-8, which the client would stumble over at every try, for ever.

Kafka's protocol says that a header's name is text, but no broker looks. aiokafka raises on such a
record before anybody sees it, and stays in front of it: one record would stop its partition. So
batches are read a second time, slower, where that happens; in such a name each wrong byte becomes
an escape, also on a dead letter. A header's value is bytes in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

# all batches begin with an offset of 8 bytes, and a length of 4 that counts from there
_LENGTH = slice(8, 12)


def tolerate_header_names() -> None:
    """Let the consumers of this process read every record, whatever its headers are called."""
    fetcher.MemoryRecords = TolerantRecords


class TolerantRecords:
    """The client's own reader of fetched bytes, with batches that can be read in two ways."""

    def __init__(self, fetched: bytes) -> None:
        self._fetched = memoryview(fetched)
        self._records: Any = MemoryRecords(fetched)
        self._at = 0

    def size_in_bytes(self) -> int:
        """Return how many bytes were fetched."""
        return len(self._fetched)

    def has_next(self) -> bool:
        """Tell whether there is another whole batch."""
        return bool(self._records.has_next())

    def next_batch(self) -> TolerantBatch | None:
        """Return the next batch; None if there is none."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        rest = self._fetched[self._at :]
        size = _LENGTH.stop + int.from_bytes(rest[_LENGTH], "big")
        self._at += size
        return TolerantBatch(batch, rest[:size])


class TolerantBatch:
    """A batch as the client reads it, and from a name on that it cannot read, more patiently."""

    def __init__(self, batch: Any, stored: memoryview) -> None:
        self._batch = batch
        self._stored = stored

    def __getattr__(self, name: str) -> Any:
        """Return what the client's batch says of itself."""
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        """Return the next record of a batch of the broker's own."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        """Return the records."""
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            yield from islice(_PatientBatch(self._stored), read, None)


class _Escaping(bytearray):
    """Bytes that decode to a text in any case."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Escaping(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


class _PatientBatch(_DefaultRecordBatchPy):
    def __iter__(self) -> Any:
        super().__iter__()  # decompresses
        self._buffer = _Escaping(self._buffer)  # type: ignore[has-type]
        return self
