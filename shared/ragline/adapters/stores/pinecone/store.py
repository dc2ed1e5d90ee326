"""The chunk store on Pinecone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.stores.indexing import CollectionContents, IndexIdentity, wrong_length
from ragline.adapters.stores.pinecone import schema, search, write
from ragline.adapters.stores.pinecone.client import PineconeConnection, connected
from ragline.adapters.stores.pinecone.errors import guarded
from ragline.adapters.stores.pinecone.inventory import namespaces
from ragline.adapters.stores.pinecone.keys import namespace
from ragline.adapters.stores.pinecone.namespace import Namespace, Positions
from ragline.adapters.stores.pinecone.tenant import TenantDocuments
from ragline.adapters.stores.pinecone.weights import TermWeights
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


class PineconeStore:
    """`ChunkSearch` and `ChunkStore` over one document index."""

    consistency = Consistency.EVENTUAL

    def __init__(
        self, connection: PineconeConnection, *, dimensions: int, freshness_s: float
    ) -> None:
        self._connection = connection
        self._dimensions = dimensions
        self._freshness_s = freshness_s
        self._positions = Positions()
        self._weights = TermWeights()

    async def ping(self) -> None:
        """Return when Pinecone answers."""
        await self._connection.ping()

    async def reconnect(self) -> None:
        """Replace the clients."""
        await self._connection.renew()

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search by cosine similarity."""
        self._check(embedding)
        return await search.vector(self.tenant(scope.tenant), embedding, scope, limit)

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search by BM25."""
        tenant = self.tenant(scope.tenant)
        return await search.keyword(tenant, text, scope, limit, weights=self._weights)

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search literal terms."""
        return await search.metadata(self.tenant(scope.tenant), terms, scope, limit)

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Read the document's markers."""
        return await self.tenant(ref.tenant).stored(ref.document_id)

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Replace the document's content; its stated access counts even if it is superseded."""
        for chunk in document.chunks:
            self._check(chunk.embedding)
        return await write.upsert(self.tenant(document.ref.tenant), document, self._dimensions)

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Leave a tombstone, remove the document's chunks, and verify that none is found."""
        tenant = self.tenant(ref.tenant)
        return await write.delete(tenant, ref.document_id, version, self._dimensions)

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read, in a marker and on the chunks."""
        tenant = self.tenant(ref.tenant)
        return await write.set_access(tenant, ref.document_id, version, access, self._dimensions)

    async def settle(self, ref: DocumentRef) -> None:
        """Bring the document's records into the state that its markers describe."""
        await write.settle(self.tenant(ref.tenant), ref.document_id, self._dimensions)

    def tenant(self, tenant: str) -> TenantDocuments:
        """Return the documents of a tenant."""
        return TenantDocuments(self.namespace(tenant))

    def namespace(self, tenant: str) -> Namespace:
        """Return the records of a tenant."""
        return Namespace(
            self._connection,
            namespace(tenant),
            positions=self._positions,
            freshness_s=self._freshness_s,
        )

    def _check(self, embedding: Sequence[float]) -> None:
        if len(embedding) != self._dimensions:
            raise wrong_length(len(embedding), self._dimensions)


@asynccontextmanager
async def open_store(
    settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
) -> AsyncIterator[PineconeStore]:
    """Connect, and create the index if it does not exist."""
    async with connected(settings) as connection:
        await schema.ensure(connection, settings, IndexIdentity(fingerprint, dimensions))
        yield PineconeStore(connection, dimensions=dimensions, freshness_s=settings.freshness_s)


async def drop_collection(settings: VectorStoreSettings) -> None:
    """Remove the collection's index, if there is one, with all that it holds."""
    async with connected(settings) as connection:
        if await connection.find() is not None:
            async with guarded("removing the index", settings.timeout_s):
                await connection.account.indexes.delete(connection.name)


async def contents(settings: VectorStoreSettings) -> CollectionContents | None:
    """Return what the index is and how many tenants it has, or None if there is none."""
    async with connected(settings) as connection:
        index = await connection.find()
        if index is None:
            return None
        identity = schema.identity_of(index)
        return CollectionContents(identity=identity, tenants=len(await namespaces(connection)))


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the collection's index exists."""
    async with connected(settings) as connection:
        return await connection.find() is not None
