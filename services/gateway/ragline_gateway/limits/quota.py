"""A caller's remaining requests, and the headers that report them."""

from __future__ import annotations

import math
from dataclasses import dataclass

WINDOW_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """`limit` requests a minute: `remaining` may come at once, all again in `reset_s` seconds.

    `wait_s` is 0 for a request that is allowed, else the seconds until the next one is.
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
