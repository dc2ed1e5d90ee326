"""The embeddings cache in Redis: vectors by model fingerprint and text, as float32."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence

from ragline.adapters.redis.cache_writer import CacheWriter
from ragline.adapters.redis.optional import OptionalRedis

_FLOAT_BYTES = 4


def embedding_key(fingerprint: str, text: str) -> str:
    """Return the key of a text's vector, a digest that reveals neither the text nor the model."""
    digest = hashlib.blake2b(digest_size=20)
    digest.update(fingerprint.encode())
    digest.update(b"\0")
    digest.update(text.encode())
    return f"ragline:embedding:{digest.hexdigest()}"


class RedisEmbeddingCache:
    """Port `EmbeddingCache`. Vectors are little-endian float32; an entry lives for `ttl_s`.

    When Redis fails, every look-up is a miss. Redis is then not called for a while, so that a huge
    document does not pay one time-out per batch.

    Args:
        redis: the client; not called for a while after a failure.
        ttl_s: seconds that a vector is kept.
        fill: share of Redis' memory above which nothing is stored; see `CacheWriter`.
    """

    def __init__(self, redis: OptionalRedis, *, ttl_s: int, fill: float) -> None:
        self._redis = redis
        self._writer = CacheWriter(redis, fill=fill)
        self._ttl_s = ttl_s

    async def get_many(self, fingerprint: str, texts: Sequence[str]) -> list[list[float] | None]:
        """Return the vectors in order of `texts`; None is a miss (also when Redis is down)."""
        misses: list[list[float] | None] = [None] * len(texts)
        if not texts or self._redis.away:
            return misses
        keys = [embedding_key(fingerprint, text) for text in texts]
        with self._redis.trying("get"):
            return [_unpacked(value) for value in await self._redis.client.mget(keys)]
        return misses

    async def put_many(
        self, fingerprint: str, texts: Sequence[str], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Store vectors in one round trip; a failure is counted but not raised."""
        if not texts:
            return
        packed = {
            embedding_key(fingerprint, text): _packed(vector)
            for text, vector in zip(texts, vectors, strict=True)
        }
        await self._writer.put(packed, ttl_s=self._ttl_s)


def _packed(vector: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(vector)}f", *vector)


def _unpacked(value: bytes | str | None) -> list[float] | None:
    """Return the vector, or None for a miss and for bytes that are not a vector."""
    if not isinstance(value, bytes) or not value or len(value) % _FLOAT_BYTES:
        return None
    return list(struct.unpack(f"<{len(value) // _FLOAT_BYTES}f", value))
