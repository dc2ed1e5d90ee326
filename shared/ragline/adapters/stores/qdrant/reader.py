"""Sources from Qdrant: the markers name the version, and are read again after the chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from ragline.adapters.stores.marked import source
from ragline.adapters.stores.marked.keys import chunk_key
from ragline.adapters.stores.marked.markers import Marker
from ragline.adapters.stores.marked.payload import source_text
from ragline.adapters.stores.qdrant.client import QdrantConnection, connected
from ragline.adapters.stores.qdrant.points import point_id, told
from ragline.adapters.stores.qdrant.scope import every, readable, with_ids
from ragline.adapters.stores.qdrant.tenant import TenantPoints
from ragline.ports.sources import SourceText
from ragline.ports.store import DocumentRef
from ragline.settings import VectorStoreSettings


class QdrantReader:
    """`DocumentReader` over one collection, which may not exist yet."""

    def __init__(self, connection: QdrantConnection, name: str) -> None:
        self._connection = connection
        self._name = name

    async def ping(self) -> None:
        """Return when the server answers."""
        await self._connection.ping()

    async def reconnect(self) -> None:
        """Replace the client."""
        await self._connection.renew()

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Read the document's markers, its chunks, and the markers again."""
        tenant = self._tenant(ref.tenant)

        async def version(content: Marker, groups: tuple[str, ...]) -> SourceText | None:
            return await _version(tenant, content, groups)

        return await source.read(tenant, ref.document_id, groups, version)

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Read the documents' markers."""
        return await source.permitted(self._tenant(tenant), document_ids, groups)

    def _tenant(self, tenant: str) -> TenantPoints:
        return TenantPoints(self._connection, self._name, tenant)


@asynccontextmanager
async def open_reader(settings: VectorStoreSettings) -> AsyncIterator[QdrantReader]:
    """Connect, and check that the server accepts our credentials."""
    async with connected(settings) as connection:
        await connection.ping()
        yield QdrantReader(connection, settings.collection)


async def _version(
    tenant: TenantPoints, content: Marker, groups: tuple[str, ...]
) -> SourceText | None:
    chunks: list[dict[str, Any]] = []
    for ordinals in source.pages(len(content.chunk_hashes)):
        keys = (chunk_key(content.document_id, content.version, each) for each in ordinals)
        ids = [point_id(tenant.name, each) for each in keys]
        where = every(with_ids(tenant.name, ids), readable(groups))
        chunks += [told(each) for each in await tenant.find(where)]
    return source_text(chunks, content)
