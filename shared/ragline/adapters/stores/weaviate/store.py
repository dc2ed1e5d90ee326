"""The chunk store on Weaviate."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ragline.adapters.stores.indexing import CollectionContents, IndexIdentity, wrong_length
from ragline.adapters.stores.marked import write
from ragline.adapters.stores.weaviate import schema, search
from ragline.adapters.stores.weaviate.client import Connection, connected
from ragline.adapters.stores.weaviate.errors import UnknownTenant, guarded
from ragline.adapters.stores.weaviate.tenant import TenantObjects
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

# removing the files of all tenants
_DROP_S = 300.0


class WeaviateStore:
    """`ChunkSearch` and `ChunkStore` over one multi-tenant collection."""

    consistency = Consistency.IMMEDIATE

    def __init__(
        self,
        connection: Connection,
        name: str,
        *,
        dimensions: int,
        timeout_s: float,
    ) -> None:
        self._connection = connection
        self._name = name
        self._dimensions = dimensions
        self._timeout_s = timeout_s

    async def ping(self) -> None:
        """Return when the server is ready."""
        await self._connection.ping()

    async def reconnect(self) -> None:
        """Replace the client."""
        await self._connection.renew()

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search by cosine similarity."""
        self._check(embedding)
        return await self._search(search.vector, embedding, scope, limit)

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search by BM25."""
        return await self._search(search.keyword, text, scope, limit)

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search literal terms."""
        return await self._search(search.metadata, terms, scope, limit)

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
        """Bring the document's objects into the state that its markers describe."""
        await write.settle(self.tenant(ref.tenant), ref.document_id)

    def tenant(self, tenant: str) -> TenantObjects:
        """Return the objects of a tenant."""
        collection = self._connection.collection(self._name)
        return TenantObjects(collection.with_tenant(tenant), self._timeout_s)

    async def _search(
        self,
        find: Callable[[TenantObjects, Any, Scope, int], Awaitable[list[Candidate]]],
        wanted: object,
        scope: Scope,
        limit: int,
    ) -> list[Candidate]:
        try:
            async with guarded(f"{find.__name__} search", self._timeout_s):
                return await find(self.tenant(scope.tenant), wanted, scope, limit)
        except UnknownTenant:
            return []

    def _check(self, embedding: Sequence[float]) -> None:
        if len(embedding) != self._dimensions:
            raise wrong_length(len(embedding), self._dimensions)


@asynccontextmanager
async def open_store(
    settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
) -> AsyncIterator[WeaviateStore]:
    """Connect, and create the collection if it does not exist."""
    async with connected(settings) as connection:
        async with guarded("connect", settings.timeout_s):
            identity = IndexIdentity(fingerprint, dimensions)
            await schema.ensure(
                connection.client, settings.collection, identity, settings.quantisation
            )
            described = await connection.described(settings.collection)
            schema.check_word_index(settings.collection, described)
        yield WeaviateStore(
            connection, settings.collection, dimensions=dimensions, timeout_s=settings.timeout_s
        )


async def drop_collection(settings: VectorStoreSettings) -> None:
    """Remove the collection, if there is one, with all that it holds."""
    async with connected(settings) as connection, guarded("drop", _DROP_S):
        await connection.client.collections.delete(settings.collection)


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the collection exists."""
    async with connected(settings) as connection, guarded("connect", settings.timeout_s):
        return bool(await connection.client.collections.exists(settings.collection))


async def contents(settings: VectorStoreSettings) -> CollectionContents | None:
    """Return what the collection is and how many tenants it has, or None if there is none.

    Its objects are counted by no one call: each tenant is an index of its own.
    """
    async with connected(settings) as connection, guarded("counting", settings.timeout_s):
        identity = await schema.stored_identity(connection.client, settings.collection)
        if identity is None:
            return None
        tenants = await connection.client.collections.use(settings.collection).tenants.get()
    return CollectionContents(identity=identity, tenants=len(tenants))
