"""The views' promises on a real Redis: what the fake promises, and that nothing stays for ever."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from ragline.adapters.redis.views import PIPELINE_KEY, RedisViews, document_key, recent_key
from ragline.errors import Unavailable
from ragline.ports.views import PipelineState
from ragline.testing.views import T0, OpenViews, ViewsContract, recent, status_of


class TestRedisViews(ViewsContract):
    @pytest.fixture
    def open_views(self, redis: Redis) -> OpenViews:
        return lambda most_recent: RedisViews(redis, most_recent=most_recent)


async def test_a_look_at_the_pipeline_is_forgotten_when_no_other_follows(redis: Redis) -> None:
    views = RedisViews(redis, pipeline_ttl_s=1)
    await views.note_pipeline(PipelineState(stages=(), dead_letters=0, seen_at=T0))
    assert await views.pipeline() is not None
    await asyncio.sleep(1.1)
    assert await views.pipeline() is None


async def test_everything_expires(redis: Redis) -> None:
    views, tenant = RedisViews(redis), uuid4().hex
    await views.note_pipeline(PipelineState(stages=(), dead_letters=0, seen_at=T0))
    await views.note_document(status_of(tenant))

    days = 86_400
    assert 0 < await redis.ttl(PIPELINE_KEY) <= 60
    assert 29 * days < await redis.ttl(document_key(tenant, "a.md")) <= 30 * days
    assert 29 * days < await redis.ttl(recent_key(tenant)) <= 30 * days


async def test_a_document_whose_status_has_expired_is_left_out(redis: Redis) -> None:
    views, tenant = RedisViews(redis), uuid4().hex
    await views.note_document(status_of(tenant, "a.md"))
    await views.note_document(status_of(tenant, "b.md"))
    await redis.delete(document_key(tenant, "a.md"))
    assert await recent(views, tenant) == ["b.md"]


async def test_a_redis_that_forgot_its_scripts_is_told_again(redis: Redis) -> None:
    views, tenant = RedisViews(redis), uuid4().hex
    await views.note_document(status_of(tenant, version=1))
    await redis.script_flush()
    await views.note_document(status_of(tenant, version=2))
    found = await views.document(tenant, "a.md")
    assert found is not None
    assert found.version == 2


async def test_a_dead_redis_is_unavailable_to_readers_and_writers(dead_redis: Redis) -> None:
    views = RedisViews(dead_redis)
    state = PipelineState(stages=(), dead_letters=0, seen_at=T0)
    for call in (
        views.pipeline(),
        views.document("t", "a.md"),
        views.recent_documents("t", limit=5),
        views.note_pipeline(state),
        views.note_document(status_of("t")),
    ):
        with pytest.raises(Unavailable, match="Redis"):
            await call
