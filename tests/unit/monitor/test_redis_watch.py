"""A Redis that may lose claims is named; what caches do with theirs is their own affair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis.memory import MemoryUse
from ragline.observability.metrics import Metrics
from ragline_monitor.redis_watch import CACHES, LEDGER, RedisWatch, ledger_trouble


class Server:
    """Says how much memory it uses, or nothing."""

    def __init__(self, used: int, policy: str) -> None:
        self.used = used
        self.policy = policy
        self.away = False

    async def info(self, section: str) -> Mapping[str, object]:
        assert section == "memory"
        if self.away:
            raise ConnectionResetError
        return {"used_memory": self.used, "maxmemory": 100, "maxmemory_policy": self.policy}


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (MemoryUse(10, 100, "noeviction"), None),
        (MemoryUse(89, 100, "noeviction"), None),
        (MemoryUse(10**12, 0, "noeviction"), None),
        (MemoryUse(90, 100, "noeviction"), "90% of the ledger's Redis is in use"),
        (MemoryUse(1, 100, "volatile-lru"), "may evict claims (maxmemory-policy volatile-lru)"),
        (MemoryUse(1, 0, "allkeys-lfu"), "set noeviction"),
    ],
)
def test_what_cannot_keep_claims(memory: MemoryUse, expected: str | None) -> None:
    found = ledger_trouble(memory)
    assert (expected is None and found is None) or (expected or "") in (found or "")


async def test_each_is_shown_and_only_the_ledger_s_is_judged() -> None:
    ledger, caches, metrics = Server(50, "noeviction"), Server(99, "allkeys-lfu"), Metrics()
    watch = RedisWatch(
        {LEDGER: cast("Redis", ledger), CACHES: cast("Redis", caches)}, gauges=metrics
    )
    await watch.look()

    def bytes_of(use: str) -> float | None:
        return metrics.registry.get_sample_value("ragline_redis_used_bytes", {"use": use})

    assert (watch.trouble(), bytes_of(LEDGER), bytes_of(CACHES)) == (None, 50, 99)

    ledger.policy, caches.away = "allkeys-lru", True
    await watch.look()
    assert "may evict claims" in (watch.trouble() or "")

    ledger.policy = "noeviction"
    await watch.look()
    assert watch.trouble() is None
