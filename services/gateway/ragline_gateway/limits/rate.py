"""Requests a minute, counted in Redis, so that all replicas share one count.

The generic cell rate algorithm: a caller who was quiet may send `limit` requests at once, and one
more each `60 / limit` seconds. Own code: the library `limits` has no such algorithm, and its
sliding window costs two calls for a decision and what is left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.optional import OptionalRedis
from ragline.clock import Monotonic
from ragline.observability.metrics import Metrics
from ragline.settings import RedisSettings
from ragline_gateway.access.caller import Caller
from ragline_gateway.limits.quota import WINDOW_S, Quota
from ragline_gateway.problems import TooManyRequests

# The key holds when, in microseconds, the requests so far would have come one by one. Redis' own
# clock counts: those of replicas differ. A number needs a format, or Lua keeps 14 of its digits.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = ARGV[2] * 1000000
local step = window / ARGV[1]
local before = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local after = before + step
local wait = after - window - now
if wait > 0 then
    return {math.ceil(wait), 0, math.ceil(before - now)}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {0, math.floor((now + window - after) / step + 0.001), math.ceil(after - now)}
"""
# More than an event loop with much to do takes to look at an answer: a crowd of requests must not
# pass for a Redis that is away
_LIMIT_S = 0.5
# Fewer than the client's connections, for which requests would wait within the time limit
_AT_ONCE = 32


class RateLimiter:
    """Counts each caller's requests.

    Without Redis every request passes, counted as degraded; a Redis that hangs costs `_LIMIT_S`
    once in `cooldown_s`.

    Args:
        redis: the client.
        requests_per_minute: of callers without a limit of their own.
        on_failure: called with `rate_limit` for each request that could not be counted.
        cooldown_s: how long Redis is left alone after a failure.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        requests_per_minute: int,
        on_failure: Callable[[str], None],
        cooldown_s: float = 5.0,
        clock: Monotonic = time.monotonic,
    ) -> None:
        self._take = redis.register_script(_TAKE)
        self._limit = requests_per_minute
        self._optional = OptionalRedis(on_failure=on_failure, cooldown_s=cooldown_s, clock=clock)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def take(self, caller: Caller) -> Quota | None:
        """Count one request and return what is left; None when it could not be counted.

        Raises:
            TooManyRequests: the caller has none left.
        """
        limit = caller.requests_per_minute or self._limit
        quota = await self._count(f"ragline:rate:{caller.tenant}/{caller.subject}", limit)
        if quota is not None and quota.wait_s:
            raise TooManyRequests(quota.limit, quota.wait_s, quota.headers())
        return quota

    async def _count(self, key: str, limit: int) -> Quota | None:
        async with self._turns:
            if self._optional.away:
                self._optional.skipped("rate_limit")
                return None
            with self._optional.trying("rate_limit"):
                async with asyncio.timeout(_LIMIT_S):
                    wait, remaining, reset = await self._take(keys=[key], args=[limit, WINDOW_S])
                return Quota(
                    limit=limit, remaining=remaining, reset_s=reset / 1e6, wait_s=wait / 1e6
                )
        return None


@asynccontextmanager
async def open_limiter(
    redis: RedisSettings, metrics: Metrics, *, requests_per_minute: int
) -> AsyncIterator[RateLimiter]:
    """Open a limiter with a client of its own, whose connections nobody else uses up.

    Raises:
        Misconfigured: the URL is no Redis URL.
    """
    async with open_redis(redis) as client:
        yield RateLimiter(
            client, requests_per_minute=requests_per_minute, on_failure=metrics.without
        )
