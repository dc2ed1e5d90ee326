"""Clients of a real Redis, of one that hangs, and of an address without a Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from redis.asyncio import Redis
from tests.patience import patient_redis

from ragline.adapters.redis.client import open_redis
from ragline.settings import RedisSettings

LIMIT_S = 1.0


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with open_redis(patient_redis(url=redis_url)) as client:
        yield client


@pytest.fixture
async def hasty_redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client that soon takes a Redis that does not answer for one that is away."""
    settings = RedisSettings.model_validate({"url": redis_url, "timeout_s": LIMIT_S})
    async with open_redis(settings) as client:
        yield client


@pytest.fixture
async def dead_redis() -> AsyncIterator[Redis]:
    async with open_redis(RedisSettings.model_validate({"url": "redis://127.0.0.1:1/0"})) as client:
        yield client


@pytest.fixture
async def hanging_redis() -> AsyncIterator[Redis]:
    """A client of a server that accepts connections but never answers."""
    connections: list[asyncio.StreamWriter] = []

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    settings = RedisSettings.model_validate({"url": url, "timeout_s": LIMIT_S})
    async with open_redis(settings) as client:
        yield client
    for connection in connections:
        connection.close()
    server.close()


class BlackHole:
    """A relay in front of a Redis whose open connections can fall silent, without an end.

    New connections work: as when a firewall or a dead node drops what it knew of the old ones.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._swallowing = asyncio.Event()
        self._pumps: set[asyncio.Task[None]] = set()

    def swallow(self) -> None:
        """From now on nothing passes on the connections that are open."""
        self._swallowing.set()
        self._swallowing = asyncio.Event()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Relay while the block runs; yields the port."""
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for pump in self._pumps:
                pump.cancel()
            await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", self._target)
        swallowing = self._swallowing
        for source, sink in ((reader, there[1]), (there[0], writer)):
            pump = asyncio.create_task(_pump(source, sink, swallowing))
            self._pumps.add(pump)


async def _pump(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, swallowing: asyncio.Event
) -> None:
    try:
        with suppress(OSError):
            while data := await source.read(65_536):
                if not swallowing.is_set():
                    sink.write(data)
    finally:
        sink.close()


@asynccontextmanager
async def paused(redis: Redis, *, seconds: float) -> AsyncIterator[None]:
    """Pause a real Redis: it accepts commands and answers none of them."""
    await redis.client_pause(int(seconds * 1_000), all=True)
    started = asyncio.get_running_loop().time()
    try:
        yield
    finally:
        # a paused server does not accept a command to resume either
        await asyncio.sleep(started + seconds - asyncio.get_running_loop().time())
