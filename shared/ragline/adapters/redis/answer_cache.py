"""The answer cache in Redis: finished answers by the digest of what they were made from."""

from __future__ import annotations

import time
from collections.abc import Callable

from redis.asyncio import Redis

from ragline.adapters.redis.optional import OptionalRedis
from ragline.clock import Monotonic


def cached_answer_key(key: str) -> str:
    """Return the Redis key of a cached answer."""
    return f"ragline:cached-answer:{key}"


class RedisAnswerCache:
    """Port `AnswerCache`. An entry lives for `ttl_s` after it was written.

    When Redis fails, every look-up is a miss. Redis is then not called for `cooldown_s`, so that a
    question does not pay one time-out for the look-up and another one for storing its answer.

    Args:
        redis: the client; its time limits bound every call.
        ttl_s: seconds that an answer is kept.
        on_failure: called with the failed operation's name, to be counted.
        cooldown_s: pause after a failure.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        ttl_s: int,
        on_failure: Callable[[str], None],
        cooldown_s: float = 5.0,
        clock: Monotonic = time.monotonic,
    ) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._optional = OptionalRedis(on_failure=on_failure, cooldown_s=cooldown_s, clock=clock)

    async def get(self, key: str) -> bytes | None:
        """Return the stored answer, or None (also when Redis is down)."""
        if self._optional.away:
            return None
        found = None
        with self._optional.trying("get"):
            found = await self._redis.get(cached_answer_key(key))
        return found.encode() if isinstance(found, str) else found

    async def put(self, key: str, answer: bytes) -> None:
        """Store an answer; a failure is counted but not raised."""
        if self._optional.away:
            return
        with self._optional.trying("put"):
            await self._redis.set(cached_answer_key(key), answer, ex=self._ttl_s)
