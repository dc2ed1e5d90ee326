"""Clients of a real Redis, and of one that nobody runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis_client import open_redis
from ragline.settings import RedisSettings


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with open_redis(RedisSettings.model_validate({"url": redis_url})) as client:
        yield client


@pytest.fixture
async def dead_redis() -> AsyncIterator[Redis]:
    async with open_redis(RedisSettings.model_validate({"url": "redis://127.0.0.1:1/0"})) as client:
        yield client
