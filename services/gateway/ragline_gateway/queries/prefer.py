"""The preference to wait for an answer (RFC 7240, section 4.3)."""

from __future__ import annotations

import re

# the header may list several preferences, each with its own parameters
_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?:[,;]|$)", re.ASCII | re.IGNORECASE)


def wait_seconds(prefer: str | None, *, most: float) -> float:
    """Return how long the header `Prefer` asks to wait, in seconds; 0 when it does not."""
    found = _WAIT.search(prefer or "")
    return min(float(found[1]), most) if found else 0.0
