"""The fake keeps every promise of the port."""

from __future__ import annotations

import pytest

from ragline.testing.answer_cache import AnswerCacheContract, MemoryAnswerCache, OpenCache


class TestMemoryAnswerCache(AnswerCacheContract):
    @pytest.fixture
    def open_cache(self) -> OpenCache:
        return lambda ttl_s: MemoryAnswerCache(ttl_s=ttl_s)
