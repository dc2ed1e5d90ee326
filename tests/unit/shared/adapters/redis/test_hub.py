"""Who leaves is unsubscribed, however it ends."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import anyio
from tests.patience import PATIENCE_S

from ragline.adapters.redis.entries import tokens_key
from ragline.adapters.redis.hub import open_hub
from ragline.contracts.base import QueryRef


class PubSub:
    """A subscribed connection that takes its time."""

    def __init__(self) -> None:
        self.channels: set[bytes] = set()
        self._messages = asyncio.Queue[dict[str, Any]]()

    async def subscribe(self, *channels: bytes | str) -> None:
        await asyncio.sleep(0)
        for name in channels:
            channel = name.encode() if isinstance(name, str) else name
            self.channels.add(channel)
            self._messages.put_nowait({"type": "subscribe", "channel": channel})

    async def unsubscribe(self, channel: bytes) -> None:
        await asyncio.sleep(0)
        self.channels.discard(channel)

    async def get_message(self, timeout: float) -> dict[str, Any] | None:
        return await self._messages.get()

    async def aclose(self) -> None:
        self.channels.clear()


class Redis:
    """Has one such connection."""

    def __init__(self) -> None:
        self.connection = PubSub()

    def pubsub(self) -> PubSub:
        return self.connection


async def test_readers_that_are_cancelled_together_leave_no_subscription() -> None:
    """Whoever is cancelled by a scope is cancelled again at each wait of the clean-up."""
    redis = Redis()
    queries = [QueryRef("acme", f"q{n}") for n in range(5)]
    joined = 0

    async with open_hub(cast("Any", redis)) as hub, asyncio.timeout(PATIENCE_S):

        async def read(query: QueryRef) -> None:
            nonlocal joined
            async with hub.joined(query, lambda _: None):
                joined += 1
                await anyio.sleep_forever()

        async with anyio.create_task_group() as readers:
            for query in queries:
                readers.start_soon(read, query)
            while joined < len(queries):
                await asyncio.sleep(0)
            assert {tokens_key(query).encode() for query in queries} <= redis.connection.channels
            readers.cancel_scope.cancel()

        while len(redis.connection.channels) > 1:  # the hub's own one stays
            await asyncio.sleep(0.001)


async def test_who_joins_while_another_leaves_stays_subscribed() -> None:
    redis, query = Redis(), QueryRef("acme", "q")
    channel = tokens_key(query).encode()

    async with open_hub(cast("Any", redis)) as hub, asyncio.timeout(PATIENCE_S):
        async with hub.joined(query, lambda _: None):
            assert channel in redis.connection.channels
        for _ in range(5):
            async with hub.joined(query, lambda _: None):
                assert channel in redis.connection.channels
        assert channel not in redis.connection.channels
