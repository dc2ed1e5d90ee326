"""The chunk store on Qdrant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.stores.indexing import CollectionContents, IndexIdentity, wrong_length
from ragline.adapters.stores.marked import write
from ragline.adapters.stores.qdrant import schema, search
from ragline.adapters.stores.qdrant.client import QdrantConnection, connected
from ragline.adapters.stores.qdrant.errors import guarded
from ragline.adapters.stores.qdrant.tenant import TenantPoints
from ragline.contracts.queries import Candidate
from ragline.ports.store import (
    Consistency,
    DocumentRef,
    IndexedDocument,
    Scope,
    StoredDocument,
    WriteResult,
)
from ragline.settings import VectorStoreSettings


class QdrantStore:
    """`ChunkSearch` and `ChunkStore` over one collection for all tenants."""

    consistency = Consistency.IMMEDIATE

    def __init__(self, connection: QdrantConnection, name: str, *, dimensions: int) -> None:
        self._connection = connection
        self._name = name
        self._dimensions = dimensions

    async def ping(self) -> None:
        """Return when the server answers."""
        await self._connection.ping()

    async def reconnect(self) -> None:
        """Replace the client."""
        await self._connection.renew()

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search by cosine similarity."""
        self._check(embedding)
        return await search.vector(self.tenant(scope.tenant), embedding, scope, limit)

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search by BM25."""
        return await search.keyword(self.tenant(scope.tenant), text, scope, limit)

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search literal terms."""
        return await search.metadata(self.tenant(scope.tenant), terms, scope, limit)

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Read the document's markers."""
        state = await self.tenant(ref.tenant).state(ref.document_id)
        return state.stored() if state.markers else None

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Replace the document's content; its stated access counts even if it is superseded."""
        for chunk in document.chunks:
            self._check(chunk.embedding)
        return await write.upsert(self.tenant(document.ref.tenant), document)

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Leave a tombstone, remove the document's chunks, and verify that none is found."""
        return await write.delete(self.tenant(ref.tenant), ref.document_id, version)

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read, in a marker and on the chunks."""
        return await write.set_access(self.tenant(ref.tenant), ref.document_id, version, access)

    async def settle(self, ref: DocumentRef) -> None:
        """Bring the document's points into the state that its markers describe."""
        await write.settle(self.tenant(ref.tenant), ref.document_id)

    def tenant(self, tenant: str) -> TenantPoints:
        """Return the points of a tenant."""
        return TenantPoints(self._connection, self._name, tenant)

    def _check(self, embedding: Sequence[float]) -> None:
        if len(embedding) != self._dimensions:
            raise wrong_length(len(embedding), self._dimensions)


@asynccontextmanager
async def open_store(
    settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
) -> AsyncIterator[QdrantStore]:
    """Connect, and create the collection if it does not exist."""
    async with connected(settings) as connection:
        yield await store_on(
            connection, settings.collection, fingerprint=fingerprint, dimensions=dimensions
        )


async def store_on(
    connection: QdrantConnection, name: str, *, fingerprint: str, dimensions: int
) -> QdrantStore:
    """Return the store on a connection; create the collection if it does not exist."""
    await schema.ensure(connection, name, IndexIdentity(fingerprint, dimensions))
    return QdrantStore(connection, name, dimensions=dimensions)


async def drop_collection(settings: VectorStoreSettings) -> None:
    """Remove the collection, if there is one, with all that it holds."""
    async with connected(settings) as connection, guarded("drop", settings.timeout_s):
        await connection.client.delete_collection(settings.collection)


async def contents(settings: VectorStoreSettings) -> CollectionContents | None:
    """Return what the collection was made with, or None if there is none; nothing is counted."""
    async with connected(settings) as connection, guarded("reading", settings.timeout_s):
        client = connection.client
        if not await client.collection_exists(settings.collection):
            return None
        identity = await schema.stored_identity(client, settings.collection)
    return CollectionContents(identity=identity) if identity else None


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the collection exists."""
    async with connected(settings) as connection, guarded("connect", settings.timeout_s):
        return await connection.client.collection_exists(settings.collection)
