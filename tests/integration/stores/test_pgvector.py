"""PostgreSQL keeps every promise of the port."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from asyncpg import Connection
from pgvector import Vector
from pgvector.asyncpg import register_vector
from pydantic import SecretStr

from ragline.adapters.stores.opening import Store, open_reader, open_store
from ragline.adapters.stores.pgvector import search
from ragline.adapters.stores.pgvector.errors import guarded
from ragline.adapters.stores.pgvector.store import PgvectorStore
from ragline.contracts.queries import Filters
from ragline.errors import Misconfigured, Unavailable
from ragline.ports.store import WriteResult
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.store_contract import OpenReader, OpenStore, StoreContract
from ragline.testing.store_contract.builders import (
    COMMON,
    DIMENSIONS,
    FINGERPRINT,
    document,
    documents_seen,
    embedding,
    ref,
    scope,
)


class TestPgvectorStore(StoreContract):
    @pytest.fixture
    def open_store(self, pgvector_settings: VectorStoreSettings) -> OpenStore:
        return partial(
            open_store, pgvector_settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS
        )

    @pytest.fixture
    def open_reader(self, pgvector_settings: VectorStoreSettings) -> OpenReader:
        return partial(open_reader, pgvector_settings)


@asynccontextmanager
async def connected(settings: VectorStoreSettings, **session: str) -> AsyncIterator[Connection]:
    """A connection of the test's own, looking at the collection."""
    connection = await asyncpg.connect(
        settings.url.get_secret_value(),
        server_settings={"search_path": f'"{settings.collection}", public', **session},
    )
    try:
        await register_vector(connection)
        yield connection
    finally:
        await connection.close()


def opened(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Store]:
    return open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


async def test_what_the_index_gives_up_on_is_found_exactly(
    pgvector_settings: VectorStoreSettings,
) -> None:
    impatient = {"hnsw.ef_search": "10", "hnsw.iterative_scan": "off", "enable_sort": "off"}
    async with opened(pgvector_settings) as store:
        await store.upsert(document("crowd", texts=[f"n{n}" for n in range(300)]))
        await store.upsert(document("rare", texts=["x", "y", "z"], tags=("rare",)))
    within = scope(filters=Filters(tags=("rare",)))
    async with connected(pgvector_settings, **impatient, enable_seqscan="off") as connection:
        query = Vector(embedding("n7"))
        index_alone = await connection.fetch(
            "SELECT 1 FROM (SELECT document_id FROM chunks ORDER BY "  # noqa: S608
            f"embedding::halfvec({DIMENSIONS}) <=> $1::vector::halfvec({DIMENSIONS}) LIMIT 300) c "
            "WHERE document_id = 'rare'",
            query,
        )
        hits = await search.vector(connection, query, within, 10, half=DIMENSIONS, exact_up_to=0)
    assert len(index_alone) < 3, "the index alone would have been enough"
    assert {hit.document_id for hit in hits} == {"rare"}
    assert len(hits) == 3


class Explaining:
    """A connection that also keeps the plans of its statements."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.transaction = connection.transaction
        self.plans: list[dict[str, Any]] = []

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
        plan = json.loads(await self._connection.fetchval(explained, *values))[0]["Plan"]
        self.plans.append(plan)
        rows: list[Any] = await self._connection.fetch(statement, *values)
        return rows


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


async def test_keyword_search_of_a_tenant_that_the_planner_does_not_know_compares_no_pairs(
    pgvector_settings: VectorStoreSettings,
) -> None:
    """A tenant's first documents come before the statistics know it."""
    async with opened(pgvector_settings) as store:
        await store.upsert(document("old", tenant="known"))
        async with connected(pgvector_settings) as connection:
            for table in ("documents", "chunks", "fresh_blocks"):
                await connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            await connection.execute("ANALYZE documents, chunks, fresh_blocks")
        texts = [f"n{n}" for n in range(20)]
        for number in range(30):
            await store.upsert(document(f"d{number}", texts=texts))
    async with connected(pgvector_settings) as connection:
        explaining = Explaining(connection)
        hits = await search.keyword(cast("Connection", explaining), COMMON, scope(), 40)
    assert len(hits) == 40
    compared = [
        node.get("Rows Removed by Join Filter", 0)
        for plan in explaining.plans
        for node in nodes(plan)
    ]
    assert sum(compared) < 30 * len(texts)


async def test_a_lost_connection_is_transient_and_the_pool_recovers(
    pgvector_settings: VectorStoreSettings,
) -> None:
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as killer:
        await store.upsert(document())
        await killer.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'ragline' AND pid <> pg_backend_pid()"
        )
        with suppress(Unavailable):
            await store.ping()
        assert await documents_seen(store) == {"guide"}


async def test_a_connection_in_the_middle_of_closing_is_transient(
    pgvector_settings: VectorStoreSettings,
) -> None:
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as killer:
        for _ in range(50):
            terminated = killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'ragline' AND pid <> pg_backend_pid()"
            )
            calls = [asyncio.create_task(store.ping()) for _ in range(4)]
            await terminated
            for outcome in await asyncio.gather(*calls, return_exceptions=True):
                assert outcome is None or isinstance(outcome, Unavailable), repr(outcome)


async def test_a_server_that_is_down_is_unavailable(free_port: int) -> None:
    settings = VectorStoreSettings(
        kind=StoreKind.PGVECTOR, url=SecretStr(f"postgresql://u:p@127.0.0.1:{free_port}/db")
    )
    with pytest.raises(Unavailable, match="RAGLINE_VECTOR_STORE__URL"):
        async with opened(settings):
            pass


async def test_an_unknown_database_is_misconfigured(
    pgvector_settings: VectorStoreSettings,
) -> None:
    parts = urlsplit(pgvector_settings.url.get_secret_value())
    elsewhere = SecretStr(urlunsplit(parts._replace(path="/nowhere")))
    with pytest.raises(Misconfigured, match="nowhere"):
        async with opened(pgvector_settings.model_copy(update={"url": elsewhere})):
            pass


async def test_deleting_leaves_no_word_of_the_document(
    pgvector_settings: VectorStoreSettings,
) -> None:
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as connection:
        await store.upsert(document("kept", texts=["kept"]))
        await store.upsert(document(texts=["secret"], title="secret", tags=("secret",)))
        await store.delete(ref(), version=2)
        for rows in (
            await connection.fetch("SELECT * FROM documents"),
            await connection.fetch("SELECT * FROM chunks"),
            await connection.fetch("SELECT * FROM fresh_blocks"),
        ):
            assert rows
            assert not any("secret" in str(dict(row)) for row in rows)
        totals = await connection.fetchrow("SELECT chunks, length FROM totals")
        assert tuple(totals) == tuple(
            await connection.fetchrow("SELECT count(*), sum(length) FROM chunks")
        )


async def test_a_long_document_gets_more_time_than_a_search(
    pgvector_settings: VectorStoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: dict[str, float] = {}

    def noted(action: str, timeout_s: float) -> AbstractAsyncContextManager[None]:
        limits[action] = timeout_s
        return guarded(action, timeout_s)

    async with opened(pgvector_settings) as store:
        monkeypatch.setattr(f"{PgvectorStore.__module__}.guarded", noted)
        long = document(texts=[f"chunk {number}" for number in range(300)])
        assert await store.upsert(long) is WriteResult.APPLIED
        assert await store.delete(ref(), version=2) is WriteResult.APPLIED
        await store.current(ref())

    ordinary = pgvector_settings.timeout_s
    assert limits["upsert"] == limits["delete"] == 4 * ordinary
    assert min(limits.values()) == ordinary
