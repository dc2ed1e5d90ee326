"""Writes cache entries, and stops before a Redis that does not evict is full."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from ragline.adapters.redis.memory import SECTION, MemoryUse
from ragline.adapters.redis.optional import OptionalRedis
from ragline.clock import Monotonic

log = logging.getLogger(__name__)

# While Redis is full, it is asked so often whether there is room again
_LOOK_AGAIN_S = 5.0


class CacheWriter:
    """Stores the entries of one cache.

    A Redis that evicts makes room by itself. One that does not (`noeviction`) may also hold the
    answer ledger, and when it is full every claim fails; so nothing more is cached above `fill` of
    its memory. Each write asks for the memory in the same round trip; the next one obeys.

    Args:
        redis: the client; not called for a while after a failure.
        fill: share of `maxmemory`, from 0 to 1, above which nothing is written.
        clock: monotonic seconds.
    """

    def __init__(
        self, redis: OptionalRedis, *, fill: float, clock: Monotonic = time.monotonic
    ) -> None:
        self._redis = redis
        self._fill = fill
        self._clock = clock
        self._full = False
        self._looked_at = 0.0

    async def put(self, entries: Mapping[str, bytes], *, ttl_s: int) -> None:
        """Store entries for `ttl_s` seconds if there is room; a failure is counted, not raised."""
        if self._redis.away:
            return
        if self._full:
            self._redis.skipped("put")
            if self._clock() - self._looked_at < _LOOK_AGAIN_S:
                return
            entries = {}
        with self._redis.trying("put"):
            async with self._redis.client.pipeline(transaction=False) as pipeline:
                for key, value in entries.items():
                    pipeline.set(key, value, ex=ttl_s)
                pipeline.info(SECTION)
                *stored, info = await pipeline.execute(raise_on_error=False)
            self._note(info)
            for reply in stored:
                if isinstance(reply, Exception):
                    raise reply

    def _note(self, info: object) -> None:
        if not isinstance(info, Mapping):  # refused, perhaps: the memory stays unknown
            return
        self._looked_at = self._clock()
        memory = MemoryUse.of(info)
        full = not memory.evicts and memory.fill > self._fill
        if full and not self._full:
            log.warning(
                "nothing more is cached: %.0f %% of Redis' memory is in use; give caches a Redis "
                "of their own (RAGLINE_REDIS__CACHE_URL)",
                100 * memory.fill,
            )
        self._full = full
