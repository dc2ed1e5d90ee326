"""The clocks, which are injected wherever time matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
# seconds since whenever: only differences mean something
Monotonic = Callable[[], float]


def utc_now() -> datetime:
    """Return the time in UTC: the clock of production."""
    return datetime.now(UTC)


def epoch_ms(instant: datetime) -> float:
    """Return an instant as epoch milliseconds."""
    return instant.timestamp() * 1000
