"""What holds traces of a subject outside Kafka: the store of each index, and each Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from ragline.adapters.redis.client import open_redis
from ragline.contracts.indexes import IndexesChanged
from ragline.messaging.index_follower import read_indexes
from ragline_cli.erase.erasable_store import ErasableStore, open_erasable_stores
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.stack.operator_settings import OperatorSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """The indexes that there are, the stores of those that have a collection, and each Redis."""

    indexes: IndexesChanged
    stores: Sequence[ErasableStore]
    redises: Sequence[Redis]

    @property
    def filled(self) -> Sequence[str]:
        """The indexes to which an ingestor writes."""
        every = [each.name for each in self.indexes.indexes]
        return [name for name in every if name != self.indexes.dropping]


@asynccontextmanager
async def open_holders(settings: OperatorSettings) -> AsyncIterator[Holders]:
    """Open all stores and Redises.

    Raises:
        Unavailable: Kafka, Redis or a store is down.
        Misconfigured: one of them refuses.
    """
    indexes = await read_indexes(settings.kafka, COMMAND_LINE)
    redis = settings.redis
    # the caches' Redis is mostly the same one
    groups = [redis] if redis.caches == redis else [redis, redis.caches]
    async with (
        open_erasable_stores(settings, indexes.indexes) as stores,
        AsyncExitStack() as stack,
    ):
        redises = [await stack.enter_async_context(open_redis(each)) for each in groups]
        yield Holders(indexes=indexes, stores=stores, redises=redises)
