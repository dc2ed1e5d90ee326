"""Sources from Pinecone: the markers name the version, and are read again after the chunks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from ragline.adapters.stores.marked.markers import DocumentState, Marker
from ragline.adapters.stores.pinecone.client import PineconeConnection, connected
from ragline.adapters.stores.pinecone.errors import UnknownIndex
from ragline.adapters.stores.pinecone.keys import RecordName, document_key, namespace, token
from ragline.adapters.stores.pinecone.namespace import Namespace, Positions
from ragline.adapters.stores.pinecone.records import digest, source_text
from ragline.adapters.stores.pinecone.scope import CHUNK
from ragline.adapters.stores.pinecone.tenant import TenantDocuments
from ragline.errors import Unavailable
from ragline.ports.sources import SourceText
from ragline.ports.store import DocumentRef
from ragline.settings import VectorStoreSettings

# a document that changes while it is read is read again, this often at most
_MAX_ATTEMPTS = 5
_PAUSE_S = 0.02


class PineconeReader:
    """`DocumentReader` over one document index, which may not exist yet."""

    def __init__(self, connection: PineconeConnection, *, freshness_s: float) -> None:
        self._connection = connection
        self._freshness_s = freshness_s
        self._positions = Positions()

    async def ping(self) -> None:
        """Return when Pinecone answers."""
        await self._connection.ping()

    async def reconnect(self) -> None:
        """Replace the clients."""
        await self._connection.renew()

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Read the document's markers, its chunks, and the markers again."""
        try:
            return await read(self._tenant(ref.tenant), ref.document_id, groups)
        except UnknownIndex:
            return None  # the index does not exist yet

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Read the documents' markers."""
        keys = {document_id: document_key(document_id) for document_id in document_ids}
        try:
            states = await self._tenant(tenant).states(keys.values())
        except UnknownIndex:
            return frozenset()
        readers = tuple(token("group", group) for group in groups)
        return frozenset(
            document_id
            for document_id, key in keys.items()
            if states.by_key[key].markers and states.by_key[key].is_for(readers)
        )

    def _tenant(self, tenant: str) -> TenantDocuments:
        return TenantDocuments(
            Namespace(
                self._connection,
                namespace(tenant),
                positions=self._positions,
                freshness_s=self._freshness_s,
            )
        )


@asynccontextmanager
async def open_reader(settings: VectorStoreSettings) -> AsyncIterator[PineconeReader]:
    """Connect, and check that Pinecone accepts our key."""
    async with connected(settings) as connection:
        await connection.ping()
        yield PineconeReader(connection, freshness_s=settings.freshness_s)


async def read(
    tenant: TenantDocuments, document_id: str, groups: tuple[str, ...]
) -> SourceText | None:
    """Return the document's current version if `groups` may read it, else None.

    The version was current and readable during the whole read (the markers before and after it
    agree), and the chunks have the hashes that the marker stands for.
    """
    readers = tuple(token("group", group) for group in groups)
    content = _shown(await tenant.state(document_id), readers)
    for attempt in range(_MAX_ATTEMPTS):
        if content is None:
            return None
        source = await _source(tenant, content, readers)
        before, content = content, _shown(await tenant.state(document_id), readers)
        if source and content == before:
            return source
        await asyncio.sleep(_PAUSE_S * 2**attempt)
    raise Unavailable(f"Pinecone: {document_id} is being changed while it is read; try again")


def _shown(state: DocumentState, readers: tuple[str, ...]) -> Marker | None:
    content = state.content
    if content is None or not content.chunk_hashes or not state.shows(content.version, readers):
        return None
    return content


async def _source(
    tenant: TenantDocuments, content: Marker, readers: tuple[str, ...]
) -> SourceText | None:
    """Return the version that the marker names, or None when readers lack chunks of it."""
    names = [
        RecordName(CHUNK, content.document_id, content.version, ordinal)
        for ordinal in range(len(content.chunk_hashes))
    ]
    found = await tenant.payloads(names, readers=readers)
    if len(found) < len(names):
        return None
    chunks = [found[name] for name in names]
    if digest(each["content_hash"] for each in chunks) != content.chunk_hashes[0]:
        return None
    return source_text(content.version, chunks)
