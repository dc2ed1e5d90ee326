"""How full a Redis is, and what it does when it is full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from redis.asyncio import Redis

from ragline.adapters.redis.client import translated

SECTION = "memory"
_KEEPS_EVERYTHING = "noeviction"


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes in use, `maxmemory` in bytes (0: no limit), and `maxmemory-policy`."""

    used: int
    most: int
    policy: str

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> Self:
        """Return what the reply to `INFO memory` says."""
        return cls(
            used=int(info.get("used_memory", 0)),
            most=int(info.get("maxmemory", 0)),
            policy=str(info.get("maxmemory_policy", _KEEPS_EVERYTHING)),
        )

    @property
    def evicts(self) -> bool:
        """Whether entries are removed to make room; else writes are refused when it is full."""
        return self.policy != _KEEPS_EVERYTHING

    @property
    def fill(self) -> float:
        """The share of `maxmemory` in use; 0 without a limit."""
        return self.used / self.most if self.most else 0.0


async def memory_of(redis: Redis) -> MemoryUse:
    """Ask a Redis for its memory.

    Raises:
        Unavailable: Redis is down or refuses.
    """
    with translated("look at the memory of Redis"):
        return MemoryUse.of(await redis.info(SECTION))
