"""Dead letters as services write them, without a broker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from ragline.messaging.failures import Failure
from ragline.messaging.terminal_events import dead_letter_headers
from ragline_cli.dead_letters.letter import DeadLetter, read_letter

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


@dataclass
class FakeRecord:
    """A record as a consumer gets it."""

    topic: str = "queries"
    partition: int = 3
    offset: int = 7
    timestamp: int = 1_000
    key: bytes | None = b"q-1"
    value: bytes | None = b"{}"
    headers: Sequence[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def record() -> Callable[..., FakeRecord]:
    """Make a record."""
    return FakeRecord


@pytest.fixture
def bury() -> Callable[..., DeadLetter]:
    """Make a dead letter of a record, as the service does, and read it."""

    def make(
        record: FakeRecord | None = None,
        *,
        at: tuple[int, int] = (1, 42),
        cause: str = "permanent_error",
        service: str = "generator",
        failed_at: datetime = NOW,
    ) -> DeadLetter:
        record = record or FakeRecord()
        failure = Failure.model_validate({"cause": cause, "code": "internal", "message": "broken"})
        ours = dead_letter_headers(record, failure, service=service, now=failed_at)
        letter = FakeRecord(
            topic="dead-letters",
            partition=at[0],
            offset=at[1],
            timestamp=int(failed_at.timestamp() * 1000),
            key=record.key,
            value=record.value,
            headers=[*record.headers, *ours],
        )
        return read_letter(letter)

    return make
