"""Sources from Chroma: the markers name the version, and are read again after the chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from ragline.adapters.stores.chroma.client import ChromaConnection, connected
from ragline.adapters.stores.chroma.records import payload
from ragline.adapters.stores.chroma.scope import readable
from ragline.adapters.stores.chroma.tenant import TenantRecords
from ragline.adapters.stores.marked import source
from ragline.adapters.stores.marked.keys import chunk_key
from ragline.adapters.stores.marked.markers import Marker
from ragline.adapters.stores.marked.payload import source_text
from ragline.ports.sources import SourceText
from ragline.ports.store import DocumentRef
from ragline.settings import VectorStoreSettings


class ChromaReader:
    """`DocumentReader` over a tenant's collections, which may not exist yet."""

    def __init__(self, connection: ChromaConnection, name: str) -> None:
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

    def _tenant(self, tenant: str) -> TenantRecords:
        return TenantRecords(self._connection, self._name, tenant)


@asynccontextmanager
async def open_reader(settings: VectorStoreSettings) -> AsyncIterator[ChromaReader]:
    """Connect, and check that the server accepts our credentials."""
    async with connected(settings) as connection:
        await connection.ping()
        yield ChromaReader(connection, settings.collection)


async def _version(
    tenant: TenantRecords, content: Marker, groups: tuple[str, ...]
) -> SourceText | None:
    chunks: list[dict[str, Any]] = []
    for ordinals in source.pages(len(content.chunk_hashes)):
        keys = (chunk_key(content.document_id, content.version, each) for each in ordinals)
        found = await tenant.find(
            tenant.names.chunks, ids=list(map(str, keys)), where=readable(groups)
        )
        chunks += [payload(each.metadata) for each in found]
    return source_text(chunks, content)
