"""On a real Redis: what is found of a subject is what is removed, and others' keys stay."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from tests.patience import patient_redis

from ragline.adapters.redis.answer_cache import cached_answer_key
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.embedding_cache import embedding_key
from ragline.adapters.redis.entries import tokens_key
from ragline.adapters.redis.ledger import answer_key
from ragline.adapters.redis.views import RedisViews, document_key
from ragline.contracts.base import QueryRef
from ragline.contracts.documents import DocumentStatus, Outcome
from ragline.ports.answers import Attempt
from ragline_cli.erase.redis_traces import Kind, find_traces, forget_recent, remove_keys
from ragline_cli.erase.subject import Subject


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with open_redis(patient_redis(url=redis_url)) as client:
        yield client


@pytest.fixture
def tenant() -> str:
    return f"erased-{uuid4().hex[:8]}"


def answer(tenant: str, document_id: str) -> bytes:
    return json.dumps({"tenant": tenant, "citations": [{"document_id": document_id}]}).encode()


def status(tenant: str, document_id: str, outcome: Outcome) -> DocumentStatus:
    return DocumentStatus(
        tenant=tenant,
        document_id=document_id,
        version=1,
        status=outcome,
        finished_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def test_a_documents_traces_are_found_and_removed_and_others_stay(
    redis: Redis, tenant: str
) -> None:
    subject = Subject(tenant=tenant, documents=frozenset({"a.md"}))
    citing, other = QueryRef(tenant, "cites/it"), QueryRef(tenant, "does-not")
    vector = embedding_key("model", uuid4().hex)
    cached = [cached_answer_key(uuid4().hex) for _ in range(2)]
    views = RedisViews(redis)
    await redis.set(answer_key(Attempt(citing)), answer(tenant, "a.md"))
    await redis.set(answer_key(Attempt(other)), answer(tenant, "b.md"))
    await redis.set(cached[0], answer(tenant, "a.md"))
    await redis.set(cached[1], answer("somebody-else", "a.md"))
    for query in (citing, other):
        await redis.xadd(tokens_key(query), {"delta": "x"})
    await redis.set(vector, b"1234")
    for name in ("a.md", "b.md"):
        await views.note_document(status(tenant, name, Outcome.INDEXED))

    found = await find_traces(
        redis, subject, queries=(), documents=["a.md"], embeddings=[vector, "ragline:embedding:0"]
    )
    assert found.queries == {citing}
    assert dict(found.keys) == {
        Kind.CACHED_ANSWER: {cached[0]},
        Kind.CLAIMED_ANSWER: {answer_key(Attempt(citing))},
        Kind.STREAM: {tokens_key(citing)},
        Kind.STATUS: {document_key(tenant, "a.md")},
        Kind.EMBEDDING: {vector},
    }
    assert sum([await remove_keys(redis, keys) for keys in found.keys.values()]) == 5
    await forget_recent(redis, subject, ["a.md"])

    again = await find_traces(
        redis, subject, queries=[citing], documents=["a.md"], embeddings=[vector]
    )
    assert not any(again.keys.values())
    assert await redis.exists(cached[1], tokens_key(other), answer_key(Attempt(other))) == 3
    recent = await views.recent_documents(tenant, limit=10)
    assert [each.document_id for each in recent] == ["b.md"]


async def test_a_status_that_says_deleted_is_no_trace(redis: Redis, tenant: str) -> None:
    await RedisViews(redis).note_document(status(tenant, "a.md", Outcome.DELETED))
    subject = Subject(tenant=tenant, documents=frozenset({"a.md"}))
    found = await find_traces(redis, subject, queries=(), documents=["a.md"])
    assert not any(found.keys.values())


async def test_of_a_tenant_every_key_is_found(redis: Redis, tenant: str) -> None:
    query = QueryRef(tenant, "q")
    await redis.set(f"ragline:lease/{tenant}/q", b"x")
    await redis.set(f"ragline:rate:{tenant}/key:k", b"x")
    await redis.xadd(tokens_key(query), {"delta": "x"})
    found = await find_traces(redis, Subject(tenant=tenant), queries=(), documents=())
    assert found.keys[Kind.OTHER] == {f"ragline:lease/{tenant}/q", f"ragline:rate:{tenant}/key:k"}
    assert found.keys[Kind.STREAM] == {tokens_key(query)}
