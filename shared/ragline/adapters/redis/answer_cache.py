"""The answer cache in Redis: finished answers by the digest of what they were made from."""

from __future__ import annotations

from ragline.adapters.redis.cache_writer import CacheWriter
from ragline.adapters.redis.optional import OptionalRedis


def cached_answer_key(key: str) -> str:
    """Return the Redis key of a cached answer."""
    return f"ragline:cached-answer:{key}"


class RedisAnswerCache:
    """Port `AnswerCache`. An entry lives for `ttl_s` after it was written.

    When Redis fails, every look-up is a miss. Redis is then not called for a while, so that a
    question does not pay one time-out for the look-up and another one for storing its answer.

    Args:
        redis: the client; not called for a while after a failure.
        ttl_s: seconds that an answer is kept.
        fill: share of Redis' memory above which nothing is stored; see `CacheWriter`.
    """

    def __init__(self, redis: OptionalRedis, *, ttl_s: int, fill: float) -> None:
        self._redis = redis
        self._writer = CacheWriter(redis, fill=fill)
        self._ttl_s = ttl_s

    async def get(self, key: str) -> bytes | None:
        """Return the stored answer, or None (also when Redis is down)."""
        if self._redis.away:
            return None
        found = None
        with self._redis.trying("get"):
            found = await self._redis.client.get(cached_answer_key(key))
        return found.encode() if isinstance(found, str) else found

    async def put(self, key: str, answer: bytes) -> None:
        """Store an answer; a failure is counted but not raised."""
        await self._writer.put({cached_answer_key(key): answer}, ttl_s=self._ttl_s)
