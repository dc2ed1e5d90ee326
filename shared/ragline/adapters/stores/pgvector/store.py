"""The chunk store on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

import asyncpg
from asyncpg import Connection
from pgvector import Vector
from pgvector.asyncpg import register_vector

from ragline.adapters.stores.indexing import CollectionContents, IndexIdentity, wrong_length
from ragline.adapters.stores.pgvector import postings, schema, search, write
from ragline.adapters.stores.pgvector.errors import guarded
from ragline.adapters.stores.pgvector.pool import RenewablePool, address, open_pool
from ragline.contracts.queries import Candidate
from ragline.errors import Unavailable
from ragline.ports.store import (
    Consistency,
    DocumentRef,
    IndexedDocument,
    Scope,
    StoredDocument,
    WriteResult,
)
from ragline.settings import VectorStoreSettings

# a transaction gets one more `timeout_s` for every 100 chunks that it writes or removes
_CHUNKS_PER_LIMIT = 100
# a merge is over in seconds; its limit is that of a document with so many chunks
_MERGED_CHUNKS = 500
# the postings of an earlier layout are packed once: about a minute for a million chunks
_PACKING_S = 3_600.0
# removing files, after waiting for searches that still run
_DROP_S = 300.0
_CURRENT = """
SELECT version, gone, content_hash, access_version, access_by_event, access, chunk_hashes
FROM documents WHERE tenant = $1 AND document_id = $2
"""
_STILL_FOUND = """
SELECT EXISTS (SELECT FROM chunks c WHERE c.tenant = d.tenant AND c.document_id = d.document_id)
FROM documents d WHERE tenant = $1 AND document_id = $2 AND gone
"""
_CONTENTS = """
SELECT count(DISTINCT tenant) AS tenants, count(*) AS documents,
    (SELECT coalesce(sum(chunks), 0)::bigint FROM "SCHEMA".totals) AS chunks
FROM "SCHEMA".documents WHERE version >= 0 AND NOT gone
"""
_SESSION = {"hnsw.ef_search": "400", "hnsw.iterative_scan": "strict_order"}


class PgvectorStore:
    """`ChunkSearch` and `ChunkStore` over a pool whose search path is the collection's schema."""

    consistency = Consistency.IMMEDIATE

    def __init__(
        self, pool: RenewablePool, *, dimensions: int, half: bool, timeout_s: float
    ) -> None:
        self._pool = pool
        self._half = dimensions if half else None
        self._dimensions = dimensions
        self._timeout_s = timeout_s

    async def ping(self) -> None:
        """Return when the database answers."""
        async with self._connection("ping") as connection:
            await connection.execute("SELECT 1")

    async def reconnect(self) -> None:
        """Replace the pool."""
        await self._pool.renew()

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search by cosine similarity."""
        if len(embedding) != self._dimensions:
            raise wrong_length(len(embedding), self._dimensions)
        async with self._connection("vector search") as connection:
            return await search.vector(
                connection, Vector(list(embedding)), scope, limit, half=self._half
            )

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search by BM25."""
        async with self._connection("keyword search") as connection:
            return await search.keyword(connection, text, scope, limit)

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search literal terms."""
        async with self._connection("metadata search") as connection:
            return await search.metadata(connection, terms, scope, limit)

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Read the document's row."""
        async with self._connection("read") as connection:
            row = await connection.fetchrow(_CURRENT, ref.tenant, ref.document_id)
        if row is None:
            return None
        return StoredDocument(
            version=row["version"],
            gone=row["gone"],
            content_hash=row["content_hash"],
            access_version=row["access_version"],
            access_by_event=row["access_by_event"],
            access=tuple(row["access"]),
            chunk_hashes=tuple(row["chunk_hashes"]),
        )

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Replace the document's content; its stated access counts even if it is superseded."""
        for chunk in document.chunks:
            if len(chunk.embedding) != self._dimensions:
                raise wrong_length(len(chunk.embedding), self._dimensions)
        chunks = await asyncio.to_thread(write.analysed, document)
        ref, version = document.ref, document.version
        size = len(chunks) + await self._chunks_stored(ref)
        async with self._transaction("upsert", chunks=size) as connection:
            stored = await write.lock(connection, ref)
            if document.access is not None:
                await write.set_access(
                    connection, ref, version=version, access=document.access, by_event=False
                )
            if stored > (version, False):
                return WriteResult.SUPERSEDED
            merge_is_due = await write.replace(connection, document, chunks)
        if merge_is_due:
            await self._merge(ref.tenant)
        return WriteResult.APPLIED

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Remove the document's chunks, leave a tombstone, and verify that nothing is found."""
        size = await self._chunks_stored(ref)
        async with self._transaction("delete", chunks=size) as connection:
            if await write.lock(connection, ref) > (version, True):
                return WriteResult.SUPERSEDED
            await write.remove(connection, ref, version=version)
        async with self._connection("read back") as connection:
            if await connection.fetchval(_STILL_FOUND, ref.tenant, ref.document_id):
                raise Unavailable("PostgreSQL still finds a deleted document; deleting again helps")
        return WriteResult.APPLIED

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read, in the document's row."""
        async with self._transaction("set access") as connection:
            await write.lock(connection, ref)
            applied = await write.set_access(
                connection, ref, version=version, access=access, by_event=True
            )
        return WriteResult.APPLIED if applied else WriteResult.SUPERSEDED

    async def settle(self, ref: DocumentRef) -> None:
        """Do nothing: an interrupted transaction is rolled back, so nothing is half-written."""

    async def _merge(self, tenant: str) -> None:
        """Merge what many writes have left; if it fails, the next write tries again."""
        with suppress(Unavailable):
            async with self._transaction("merge postings", chunks=_MERGED_CHUNKS) as connection:
                await postings.merge(connection, tenant)

    async def _chunks_stored(self, ref: DocumentRef) -> int:
        stored = await self.current(ref)
        return len(stored.chunk_hashes) if stored else 0

    @asynccontextmanager
    async def _connection(self, action: str, *, chunks: int = 0) -> AsyncIterator[Connection]:
        limit = self._timeout_s * (1 + chunks / _CHUNKS_PER_LIMIT)
        async with guarded(action, limit), self._pool.acquire() as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self, action: str, *, chunks: int = 0) -> AsyncIterator[Connection]:
        async with self._connection(action, chunks=chunks) as connection, connection.transaction():
            yield connection


@asynccontextmanager
async def open_store(
    settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
) -> AsyncIterator[PgvectorStore]:
    """Open the collection as a pool of connections, creating its schema when there is none."""
    identity = IndexIdentity(fingerprint, dimensions)
    await _pack_postings(settings)
    async with _connected(settings) as connection:
        vector_schema = await schema.ensure(connection, settings.collection, identity)
        half = await schema.has_half_index(connection, settings.collection)
    session = _SESSION | {"search_path": f'"{settings.collection}", "{vector_schema}"'}
    prepare = partial(register_vector, schema=vector_schema)
    async with open_pool(settings, session=session, prepare=prepare) as pool:
        yield PgvectorStore(pool, dimensions=dimensions, half=half, timeout_s=settings.timeout_s)


async def _pack_postings(settings: VectorStoreSettings) -> None:
    async with _connected(settings) as connection:
        outdated = await schema.has_single_postings(connection, settings.collection)
    if outdated:
        async with _connected(settings, _PACKING_S) as connection:
            await schema.pack_postings(connection, settings.collection)


async def drop_collection(settings: VectorStoreSettings) -> None:
    """Remove the collection's schema, if there is one, with all that it holds."""
    async with _connected(settings, _DROP_S) as connection:
        await schema.drop(connection, settings.collection)


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the collection's schema exists."""
    async with _connected(settings) as connection:
        return await schema.exists(connection, settings.collection)


async def contents(settings: VectorStoreSettings) -> CollectionContents | None:
    """Return what the collection is and holds, or None if there is none."""
    async with _connected(settings) as connection:
        identity = await schema.stored_identity(connection, settings.collection)
        if identity is None:
            return None
        counted = await connection.fetchrow(_CONTENTS.replace("SCHEMA", settings.collection))
    return CollectionContents(
        identity=identity,
        tenants=counted["tenants"],
        documents=counted["documents"],
        chunks=counted["chunks"],
    )


@asynccontextmanager
async def _connected(
    settings: VectorStoreSettings, limit_s: float | None = None
) -> AsyncIterator[Connection]:
    async with guarded("connect", limit_s or settings.timeout_s):
        connection = await asyncpg.connect(address(settings))
        try:
            yield connection
        finally:
            await connection.close(timeout=settings.timeout_s)
