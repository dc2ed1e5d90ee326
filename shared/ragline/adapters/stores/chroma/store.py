"""The chunk store on Chroma."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.stores.chroma import schema, search
from ragline.adapters.stores.chroma.client import ChromaConnection, connected
from ragline.adapters.stores.chroma.names import TenantCollections, root, tenants_of
from ragline.adapters.stores.chroma.tenant import TenantRecords
from ragline.adapters.stores.indexing import CollectionContents, IndexIdentity, wrong_length
from ragline.adapters.stores.marked import write
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


class ChromaStore:
    """`ChunkSearch` and `ChunkStore` over two collections for each tenant."""

    consistency = Consistency.IMMEDIATE

    def __init__(self, connection: ChromaConnection, name: str, *, dimensions: int) -> None:
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
        """Set who may read, in a marker, on the chunks and on their words."""
        return await write.set_access(self.tenant(ref.tenant), ref.document_id, version, access)

    async def settle(self, ref: DocumentRef) -> None:
        """Bring the document's records into the state that its markers describe."""
        await write.settle(self.tenant(ref.tenant), ref.document_id)

    def tenant(self, tenant: str) -> TenantRecords:
        """Return the records of a tenant."""
        return TenantRecords(self._connection, self._name, tenant)

    def _check(self, embedding: Sequence[float]) -> None:
        if len(embedding) != self._dimensions:
            raise wrong_length(len(embedding), self._dimensions)


@asynccontextmanager
async def open_store(
    settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
) -> AsyncIterator[ChromaStore]:
    """Connect, and create the collection if it does not exist."""
    async with connected(settings) as connection:
        await schema.ensure(connection, settings.collection, IndexIdentity(fingerprint, dimensions))
        yield ChromaStore(connection, settings.collection, dimensions=dimensions)


async def drop_collection(settings: VectorStoreSettings) -> None:
    """Remove the index, if there is one, with the collections of all tenants."""
    async with connected(settings) as connection:
        for tenant in tenants_of(settings.collection, await connection.collections()):
            names = TenantCollections.of(settings.collection, tenant)
            await connection.remove(names.chunks)
            await connection.remove(names.facts)
        await connection.remove(root(settings.collection))


async def contents(settings: VectorStoreSettings) -> CollectionContents | None:
    """Return what the index is and how many tenants it has, or None if there is none."""
    async with connected(settings) as connection:
        identity = await schema.stored_identity(connection, settings.collection)
        if identity is None:
            return None
        tenants = tenants_of(settings.collection, await connection.collections())
    return CollectionContents(identity=identity, tenants=len(tenants))


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the collection exists."""
    async with connected(settings) as connection:
        return await connection.collection(root(settings.collection)) is not None
