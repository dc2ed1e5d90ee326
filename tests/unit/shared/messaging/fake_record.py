"""A record as a test needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class FakeRecord:
    topic: str = "queries"
    partition: int = 0
    offset: int = 7
    timestamp: int = 1_000
    key: bytes | None = None
    value: bytes | None = b"{}"
    headers: Sequence[tuple[str, bytes]] = field(default_factory=list)
