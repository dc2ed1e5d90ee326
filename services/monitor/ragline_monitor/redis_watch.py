"""Watches the memory of Redis: that it does not run full, and that no claim is evicted."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis

from ragline.adapters.redis.memory import MemoryUse, memory_of
from ragline.errors import RaglineError
from ragline_monitor.drift_watch import Gauges

LEDGER, CACHES = "ledger", "caches"
_NEARLY_FULL = 0.9


class RedisWatch:
    """Looks at the ledger's Redis and, if they have one of their own, that of the caches.

    Args:
        servers: a client for each use, `LEDGER` or `CACHES`.
        gauges: `ragline_redis_used_bytes` and `ragline_redis_max_bytes`.
    """

    def __init__(self, servers: Mapping[str, Redis], *, gauges: Gauges) -> None:
        self._servers = servers
        self._gauges = gauges
        self._trouble: str | None = None

    def trouble(self) -> str | None:
        """Return what was wrong with the ledger's Redis at the last look that was answered."""
        return self._trouble

    async def look(self) -> None:
        """Read the memory of each; one that does not answer is left out, others report it."""
        for use, redis in self._servers.items():
            try:
                memory = await memory_of(redis)
            except RaglineError:
                continue
            self._gauges.set("ragline_redis_used_bytes", memory.used, use=use)
            self._gauges.set("ragline_redis_max_bytes", memory.most, use=use)
            if use == LEDGER:
                self._trouble = ledger_trouble(memory)


def ledger_trouble(memory: MemoryUse) -> str | None:
    """Return why a Redis with this memory cannot keep claims; caches may live with either."""
    if memory.evicts:
        return (
            f"the ledger's Redis may evict claims (maxmemory-policy {memory.policy}), and then an "
            "answer can be given twice: set noeviction, and RAGLINE_REDIS__CACHE_URL for caches"
        )
    if memory.fill >= _NEARLY_FULL:
        return (
            f"{memory.fill:.0%} of the ledger's Redis is in use, and claims fail when it is full: "
            "raise maxmemory"
        )
    return None
