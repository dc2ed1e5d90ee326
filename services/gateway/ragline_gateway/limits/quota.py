"""What is left of a caller's requests, and the headers that tell it."""

from __future__ import annotations

import math
from dataclasses import dataclass

WINDOW_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """`limit` requests a minute, of which `remaining` are left at once; all in `reset_s` seconds.

    `wait_s` is 0 for a request that may pass, else the seconds until the next one may.
    """

    limit: int
    remaining: int
    reset_s: float
    wait_s: float = 0.0

    def headers(self) -> dict[str, str]:
        """Return `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10)."""
        return {
            "RateLimit-Policy": f'"requests";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"requests";r={self.remaining};t={math.ceil(self.reset_s)}',
        }
