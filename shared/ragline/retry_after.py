"""How long a server asks to wait (RFC 9110, 10.2.3), whatever it writes into the header."""

from __future__ import annotations

import math
from datetime import datetime
from email.utils import parsedate_to_datetime


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, as a number or a date; else None."""
    seconds = finite_seconds(value)
    if seconds is not None or value is None:
        return seconds
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def finite_seconds(value: str | None) -> float | None:
    """Return a number that one can wait for, at least 0, or None."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None
