"""Clients of a real Redis, of one that hangs, and of an address without a Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis.client import open_redis
from ragline.settings import RedisSettings

LIMIT_S = 1.0


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with open_redis(RedisSettings.model_validate({"url": redis_url})) as client:
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
