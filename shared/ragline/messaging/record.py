"""The record being delivered, for code that does not get it through FastStream's handler signature.

It is in a context variable instead of `Context()` parameters, which cost a thread hop per call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from ragline.contracts.cloudevents import Envelope


class Record(Protocol):
    """A record as aiokafka returns it; `timestamp` is epoch milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


# FastStream's whole pipeline on one record
Process = Callable[[Record], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One record that a stage is processing. `started` is epoch milliseconds.

    `ids` say what the record is about, once it is read: for logs and traces.
    """

    record: Record
    envelope: Envelope
    started: float
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def appended_at(self) -> datetime:
        """When the record was appended to its topic."""
        return datetime.fromtimestamp(self.record.timestamp / 1000, UTC)

    @property
    def deadline(self) -> datetime | None:
        """The answer's deadline according to the record's header."""
        if self.envelope.deadline is None:
            return None
        return datetime.fromtimestamp(self.envelope.deadline / 1000, UTC)


CURRENT: ContextVar[Delivery] = ContextVar("ragline_delivery")
