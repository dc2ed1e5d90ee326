"""The embeddings cache in Redis: vectors by model fingerprint and text, as float32."""

from __future__ import annotations

import hashlib
import logging
import struct
import time
from collections.abc import Callable, Sequence

from redis.asyncio import Redis

from ragline.adapters.circuit.circuit import Circuit
from ragline.adapters.redis.client import translated
from ragline.clock import Monotonic
from ragline.errors import RaglineError

log = logging.getLogger(__name__)

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

    When Redis fails, every look-up is a miss. Redis is then not called for `cooldown_s`, so that a
    huge document does not pay one time-out per batch. Each outage is logged once.

    Args:
        redis: the client; its time limits bound every call.
        ttl_s: seconds that a vector is kept.
        on_failure: called with the failed operation's name, to be counted.
        cooldown_s: pause after a failure.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        ttl_s: int,
        on_failure: Callable[[str], None] | None = None,
        cooldown_s: float = 5.0,
        clock: Monotonic = time.monotonic,
    ) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._on_failure = on_failure
        self._circuit = Circuit(cooldown_s=cooldown_s, clock=clock)
        self._broken = False

    async def get_many(self, fingerprint: str, texts: Sequence[str]) -> list[list[float] | None]:
        """Return the vectors in order of `texts`; None is a miss (also when Redis is down)."""
        misses: list[list[float] | None] = [None] * len(texts)
        if not texts or self._circuit.open:
            return misses
        keys = [embedding_key(fingerprint, text) for text in texts]
        try:
            with translated("look-up of embeddings"):
                stored = await self._redis.mget(keys)
        except RaglineError as error:
            self._failed("get", error)
            return misses
        self._succeeded()
        return [_unpacked(value) for value in stored]

    async def put_many(
        self, fingerprint: str, texts: Sequence[str], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Store vectors in one round trip; a failure is counted but not raised."""
        if not texts or self._circuit.open:
            return
        try:
            with translated("storing embeddings"):
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for text, vector in zip(texts, vectors, strict=True):
                        key = embedding_key(fingerprint, text)
                        pipeline.set(key, _packed(vector), ex=self._ttl_s)
                    await pipeline.execute()
        except RaglineError as error:
            self._failed("put", error)
        else:
            self._succeeded()

    def _failed(self, operation: str, error: RaglineError) -> None:
        self._circuit.failed()
        if self._on_failure is not None:
            self._on_failure(operation)
        if not self._broken:
            log.warning("going on without the embeddings cache: %s", error)
        self._broken = True

    def _succeeded(self) -> None:
        self._circuit.succeeded()
        if self._broken:
            log.info("the embeddings cache is back")
        self._broken = False


def _packed(vector: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(vector)}f", *vector)


def _unpacked(value: bytes | str | None) -> list[float] | None:
    """Return the vector, or None for a miss and for bytes that are not a vector."""
    if not isinstance(value, bytes) or not value or len(value) % _FLOAT_BYTES:
        return None
    return list(struct.unpack(f"<{len(value) // _FLOAT_BYTES}f", value))
