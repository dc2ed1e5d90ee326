"""Sources from Weaviate: the markers name the version, and are read again after the chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial

from ragline.adapters.stores.marked import source
from ragline.adapters.stores.marked.markers import Marker
from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.adapters.stores.marked.source import pages
from ragline.adapters.stores.weaviate.client import Connection, connected
from ragline.adapters.stores.weaviate.errors import guarded
from ragline.adapters.stores.weaviate.objects import PART_PROPERTIES, Properties, source_text
from ragline.adapters.stores.weaviate.scope import parts_of
from ragline.adapters.stores.weaviate.tenant import TenantObjects
from ragline.ports.sources import SourceText
from ragline.ports.store import DocumentRef
from ragline.settings import VectorStoreSettings


class WeaviateReader:
    """`DocumentReader` over one multi-tenant collection, which may not exist yet."""

    def __init__(self, connection: Connection, name: str, *, timeout_s: float) -> None:
        self._connection = connection
        self._name = name
        self._timeout_s = timeout_s

    async def ping(self) -> None:
        """Return when the server is ready."""
        await self._connection.ping()

    async def reconnect(self) -> None:
        """Replace the client."""
        await self._connection.renew()

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Read the document's markers, its chunks, and the markers again."""
        tenant = self._tenant(ref.tenant)
        try:
            async with guarded("reading a source", self._timeout_s):
                return await read(tenant, ref.document_id, groups)
        except UnknownCollection:
            return None  # the collection does not exist yet

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Read the documents' markers."""
        objects = self._tenant(tenant)
        try:
            async with guarded("reading documents' access", self._timeout_s):
                return await source.permitted(objects, document_ids, groups)
        except UnknownCollection:
            return frozenset()

    def _tenant(self, tenant: str) -> TenantObjects:
        collection = self._connection.collection(self._name)
        return TenantObjects(collection.with_tenant(tenant), self._timeout_s)


@asynccontextmanager
async def open_reader(settings: VectorStoreSettings) -> AsyncIterator[WeaviateReader]:
    """Connect, and check that the server accepts our credentials."""
    async with connected(settings) as connection:
        async with guarded("connect", settings.timeout_s):
            await connection.client.collections.exists(settings.collection)
        yield WeaviateReader(connection, settings.collection, timeout_s=settings.timeout_s)


async def read(
    tenant: TenantObjects, document_id: str, groups: tuple[str, ...]
) -> SourceText | None:
    """Return the document's current version if `groups` may read it, else None."""
    return await source.read(tenant, document_id, groups, partial(_version, tenant))


async def _version(
    tenant: TenantObjects, content: Marker, groups: tuple[str, ...]
) -> SourceText | None:
    """Return the version that the marker names, or None when chunks of it are missing."""
    chunks: list[Properties] = []
    for ordinals in pages(len(content.chunk_hashes)):
        where = parts_of(content.document_id, content.version, groups, ordinals)
        chunks += [each.properties for each in await tenant.find(where, PART_PROPERTIES)]
    chunks.sort(key=lambda chunk: chunk["ordinal"])
    # request all properties: a collection of an earlier release rejects the names of newer ones
    first = await tenant.find(parts_of(content.document_id, content.version, groups, range(1)))
    if not first or tuple(each["content_hash"] for each in chunks) != content.chunk_hashes:
        return None
    return source_text(first[0].properties, chunks)
