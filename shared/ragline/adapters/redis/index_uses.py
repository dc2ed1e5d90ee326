"""What processes have open of the indexes, in Redis."""

from __future__ import annotations

from redis.asyncio import Redis

from ragline.adapters.redis.process_notes import ProcessNotes
from ragline.ports.indexes import IndexUse


class RedisIndexUses(ProcessNotes[IndexUse]):
    """Port `IndexUses`."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, key="ragline:indexes:uses", kind=IndexUse)
