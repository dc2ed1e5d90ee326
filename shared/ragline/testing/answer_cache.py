"""The answer cache's fake, and its contract as tests: one suite for the fake and the adapter.

A test module derives a class from `AnswerCacheContract` and defines the fixture `open_cache`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from uuid import uuid4

from ragline.clock import Monotonic
from ragline.ports.answers import AnswerCache

# Makes a cache whose entries live for the given number of seconds
OpenCache = Callable[[int], AnswerCache]


class MemoryAnswerCache:
    """Port `AnswerCache`, in memory; `clock` is monotonic seconds."""

    def __init__(self, *, ttl_s: float, clock: Monotonic = time.monotonic) -> None:
        self._ttl_s = ttl_s
        self._clock = clock
        self.entries: dict[str, tuple[float, bytes]] = {}

    async def get(self, key: str) -> bytes | None:
        until, answer = self.entries.get(key, (0.0, None))
        return answer if self._clock() < until else None

    async def put(self, key: str, answer: bytes) -> None:
        self.entries[key] = (self._clock() + self._ttl_s, answer)


class AnswerCacheContract:
    """Everything that `AnswerCache` promises while nothing fails."""

    async def test_an_answer_comes_back_as_the_same_bytes(self, open_cache: OpenCache) -> None:
        cache, key, answer = open_cache(60), uuid4().hex, bytes(range(256))
        await cache.put(key, answer)
        assert await cache.get(key) == answer

    async def test_nothing_and_empty_bytes_are_different(self, open_cache: OpenCache) -> None:
        cache, key = open_cache(60), uuid4().hex
        assert await cache.get(key) is None
        await cache.put(key, b"")
        assert await cache.get(key) == b""

    async def test_another_key_finds_nothing(self, open_cache: OpenCache) -> None:
        cache, key = open_cache(60), uuid4().hex
        await cache.put(key, b"answer")
        assert await cache.get(key[:-1]) is None
        assert await cache.get(key + "0") is None

    async def test_what_was_put_last_counts(self, open_cache: OpenCache) -> None:
        cache, key = open_cache(60), uuid4().hex
        await cache.put(key, b"first")
        await cache.put(key, b"second")
        assert await cache.get(key) == b"second"

    async def test_an_answer_expires(self, open_cache: OpenCache) -> None:
        cache, key = open_cache(1), uuid4().hex
        await cache.put(key, b"answer")
        assert await cache.get(key) == b"answer"
        await asyncio.sleep(1.1)
        assert await cache.get(key) is None
