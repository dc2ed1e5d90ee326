"""Progress of a query through the stages, on its token stream."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.typing import EncodableT, FieldT

from ragline.adapters.redis.entries import NewEntry, add_entries
from ragline.adapters.redis.optional import OptionalRedis, optional_redis
from ragline.contracts.answers import StageTiming
from ragline.contracts.base import QueryRef
from ragline.observability.metrics import Metrics
from ragline.settings import ServiceSettings

# Most entries that wait to be sent: no more may pile up while Redis hangs
_MOST_WAITING = 1_024
_AT_ONCE = 64
_TIMINGS = TypeAdapter(tuple[StageTiming, ...])


class RedisProgress:
    """Port `Progress`: one entry per stage; a task sends all waiting entries in one round trip.

    Args:
        redis: the client; not called for a while after a failure, and no progress is sent.
        ttl_s: seconds that a stream outlives its last entry.
        maxlen: entries that a stream keeps at most (approximately).
    """

    def __init__(self, redis: OptionalRedis, *, ttl_s: int, maxlen: int) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._maxlen = maxlen
        self._waiting: deque[NewEntry] = deque()
        self._sender: asyncio.Task[None] | None = None

    def begun(
        self,
        query: QueryRef,
        stage: str,
        *,
        queued: float,
        started: float,
        timings: Sequence[StageTiming],
    ) -> None:
        """Report that `stage` works on the query; returns at once."""
        if self._redis.away or len(self._waiting) >= _MOST_WAITING:
            self._redis.skipped("progress")
            return
        fields: dict[FieldT, EncodableT] = {
            "stage": str(stage),
            "queued": queued,
            "started": started,
            "timings": _TIMINGS.dump_json(tuple(timings)).decode(),
        }
        # Attempt 0 sorts before every token. What is redelivered has as many stages behind it as
        # before, and is not reported again; a stage that looks a second time has more
        entry_id = f"0-{len(timings) + 1}"
        self._waiting.append(NewEntry(query, entry_id, fields))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())

    async def settle(self) -> None:
        """Return when all waiting entries have been sent."""
        if self._sender is not None:
            await self._sender

    async def _send(self) -> None:
        while self._waiting:
            entries = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            with self._redis.trying("progress"):
                await add_entries(
                    self._redis.client, entries, maxlen=self._maxlen, ttl_s=self._ttl_s
                )
            if self._redis.away:
                self._waiting.clear()


def open_progress(redis: Redis, settings: ServiceSettings, metrics: Metrics) -> RedisProgress:
    """Create a `RedisProgress` with a service's settings; failures are counted."""
    return RedisProgress(
        optional_redis(redis, "progress", metrics),
        ttl_s=settings.redis.stream_ttl_s,
        maxlen=settings.redis.stream_maxlen,
    )
