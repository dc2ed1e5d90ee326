"""Sources in memory: the fake `DocumentReader`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from ragline.ports.sources import SourcePart, SourceText
from ragline.ports.store import DocumentRef, IndexedDocument
from ragline.testing.store import MemoryCollection


class MemoryReader:
    """`DocumentReader` over what a `MemoryStore` writes to the same collection."""

    def __init__(self, collection: MemoryCollection) -> None:
        self._collection = collection

    async def ping(self) -> None:
        """Return at once: memory is always available."""

    async def reconnect(self) -> None:
        """Do nothing: there is no connection."""

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Return the document's current state."""
        entry = self._collection.entries.get(ref)
        if entry is None or entry.document is None or not entry.readable(groups):
            return None
        return _source(entry.document) if entry.document.chunks else None

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Return the ids of the entries that `groups` may read."""
        entries = self._collection.entries
        found = {
            each: entries.get(DocumentRef(tenant=tenant, document_id=each)) for each in document_ids
        }
        return frozenset(each for each, entry in found.items() if entry and entry.readable(groups))


@asynccontextmanager
async def open_memory_reader(collection: MemoryCollection) -> AsyncIterator[MemoryReader]:
    """Open `collection` as the real readers are opened."""
    yield MemoryReader(collection)


def _source(document: IndexedDocument) -> SourceText:
    return SourceText(
        version=document.version,
        title=document.title,
        url=document.url,
        media_type=document.media_type,
        language=document.language,
        tags=document.tags,
        updated_at=document.updated_at,
        parts=tuple(
            SourcePart(
                start=chunk.start,
                end=chunk.end,
                text=chunk.text,
                heading_path=chunk.heading_path,
            )
            for chunk in document.chunks
        ),
    )
