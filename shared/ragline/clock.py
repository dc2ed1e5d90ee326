"""The clocks, which are injected wherever time matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
# seconds since whenever: only differences mean something
Monotonic = Callable[[], float]


def utc_now() -> datetime:
    """Return the time in UTC: the clock of production."""
    return datetime.now(UTC)


def later(instant: datetime, span: timedelta) -> datetime:
    """Return `instant + span`, or the last instant there is; an event may state any time."""
    try:
        return instant + span
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def epoch_ms(instant: datetime) -> float:
    """Return an instant as epoch milliseconds."""
    return instant.timestamp() * 1000
