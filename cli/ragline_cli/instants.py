"""Parses instants as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ragline.errors import Misconfigured

_AGO = re.compile(r"^(\d{1,6})(s|m|h|d)$", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_instant(text: str, now: datetime) -> datetime:
    """Parse ISO 8601 (UTC if it states no zone) or a time ago: 30s, 30m, 2h, 7d.

    Raises:
        Misconfigured: the text is neither.
    """
    try:
        if match := _AGO.match(text):
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Misconfigured(
            f"{text!r} is no time; write 2026-01-05, 2026-01-05T10:00:00+01:00 or 2h, 30m, 7d (ago)"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
