"""Rate limit for requests a minute, counted in Redis, so that all replicas share one count.

Uses the generic cell rate algorithm: after a quiet time a caller may send `limit` requests at once,
then one more every `60 / limit` seconds. This is our own code because the library `limits` lacks
the algorithm, and its sliding window needs two calls for the decision and the remaining requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.optional import OptionalRedis, optional_redis
from ragline.observability.metrics import Metrics
from ragline.settings import RedisSettings
from ragline_gateway.access.caller import Caller
from ragline_gateway.limits.quota import WINDOW_S, Quota
from ragline_gateway.problems import TooManyRequests

# The key holds the theoretical arrival time of the algorithm, in microseconds. The time comes from
# Redis, because the replicas' clocks differ. Without a format, Lua would write only 14 digits.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = ARGV[2] * 1000000
local step = window / ARGV[1]
local before = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local after = before + step * ARGV[3]
local wait = after - window - now
if wait > 0 then
    local left = math.max(0, math.floor((now + window - before) / step))
    return {math.ceil(wait), left, math.ceil(before - now)}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {0, math.floor((now + window - after) / step + 0.001), math.ceil(after - now)}
"""
# Longer than a busy event loop needs to process an answer: many concurrent requests must not be
# taken for an unreachable Redis
_LIMIT_S = 0.5
# Fewer than the client's connections: waiting for a connection would count against the time limit
_AT_ONCE = 32


class RateLimiter:
    """Counts each caller's requests.

    While Redis is down every request is allowed and counted as degraded; a Redis that hangs costs
    `_LIMIT_S` once, then it is not called for a while.

    Args:
        redis: the client; a request that could not be counted is its failure `rate_limit`.
        requests_per_minute: of callers without a limit of their own.
    """

    def __init__(self, redis: OptionalRedis, *, requests_per_minute: int) -> None:
        self._redis = redis
        self._take = redis.client.register_script(_TAKE)
        self._limit = requests_per_minute
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def take(self, caller: Caller, *, beyond: int = 0) -> Quota | None:
        """Count one request, or `beyond` more for one that was counted already.

        Returns what is left; None when it could not be counted.

        Raises:
            TooManyRequests: the caller has not so many requests left; nothing is counted.
        """
        limit = caller.requests_per_minute or self._limit
        key = f"ragline:rate:{caller.tenant}/{caller.subject}"
        quota = await self._count(key, limit, beyond or 1)
        if quota is not None and quota.wait_s:
            # a repeat is counted as one before it comes to what is beyond
            again_s = WINDOW_S / limit if beyond else 0.0
            raise TooManyRequests(quota.limit, quota.wait_s + again_s, quota.headers())
        return quota

    async def _count(self, key: str, limit: int, cost: int) -> Quota | None:
        async with self._turns:
            if not self._redis.may("rate_limit"):
                return None
            with self._redis.trying("rate_limit"):
                async with asyncio.timeout(_LIMIT_S):
                    wait, remaining, reset = await self._take(
                        keys=[key], args=[limit, WINDOW_S, cost]
                    )
                return Quota(
                    limit=limit, remaining=remaining, reset_s=reset / 1e6, wait_s=wait / 1e6
                )
        return None


@asynccontextmanager
async def open_limiter(
    redis: RedisSettings, metrics: Metrics, *, requests_per_minute: int
) -> AsyncIterator[RateLimiter]:
    """Open a limiter with its own Redis client, whose connections it shares with nobody.

    Raises:
        Misconfigured: the URL is not a Redis URL.
    """
    async with open_redis(redis) as client:
        yield RateLimiter(
            optional_redis(client, "rate_limit", metrics), requests_per_minute=requests_per_minute
        )
