"""The records of one tenant, read and written in calls that take a limited time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random

from ragline.adapters.stores.analysis import clean
from ragline.adapters.stores.chroma.client import ChromaConnection
from ragline.adapters.stores.chroma.errors import Overtaken
from ragline.adapters.stores.chroma.names import TENANT, TenantCollections
from ragline.adapters.stores.chroma.records import (
    ChromaRecord,
    Metadata,
    access_metadata,
    chunk_records,
    marker,
    marker_record,
    page_id,
    word_records,
)
from ragline.adapters.stores.chroma.scope import WORDS, Condition, markers_of, unsettled
from ragline.adapters.stores.marked.markers import DocumentState, Marker, MarkerKind
from ragline.adapters.stores.marked.objects import StoredPart, UnknownCollection
from ragline.ports.store import IndexedDocument

# records in one call: some megabytes with vectors. A server takes 5,461 at most
_BATCH = 200
_ATTEMPTS = 6
_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record as it was found. `distance` is that of its vector, in a search by vector."""

    id: str
    metadata: Metadata
    distance: float = 0.0


class TenantRecords:
    """Reads and writes a tenant's records. A tenant to which nothing was written has none."""

    def __init__(self, connection: ChromaConnection, collection: str, tenant: str) -> None:
        self.connection = connection
        self.names = TenantCollections.of(collection, tenant)
        self._tenant = tenant

    async def verdicts(self, document_ids: Iterable[str]) -> dict[str, DocumentState]:
        """Read the documents' markers."""
        markers: dict[str, list[Marker]] = {document_id: [] for document_id in document_ids}
        if markers:
            for found in await self.find(self.names.facts, where=markers_of(markers)):
                each = marker(found.metadata)
                markers[each.document_id].append(each)
        return {document_id: DocumentState(tuple(each)) for document_id, each in markers.items()}

    async def state(self, document_id: str) -> DocumentState:
        """Read the markers of one document."""
        return (await self.verdicts([document_id]))[document_id]

    async def put_parts(self, document: IndexedDocument, groups: tuple[str, ...]) -> None:
        """Insert or overwrite a version's chunks and words, which `groups` may read."""
        words = await asyncio.to_thread(word_records, document, groups)
        await self.upsert(self.names.facts, words)
        await self.upsert(self.names.chunks, chunk_records(document, groups))

    async def put_marker(self, marker: Marker) -> None:
        """Insert or overwrite a marker."""
        await self.upsert(self.names.facts, [marker_record(marker)])

    async def unsettled(self, document_id: str, state: DocumentState) -> Sequence[StoredPart]:
        """Return the document's chunks and words that differ from `state`."""
        chunks = unsettled(MarkerKind.CHUNK.value, document_id, state)
        words = unsettled(WORDS, document_id, state)
        return [
            StoredPart(UUID(each.id), each.metadata["version"], each.metadata["ordinal"])
            for name, where in ((self.names.chunks, chunks), (self.names.facts, words))
            for each in await self.find(name, where=where)
        ]

    async def drop(self, parts: Sequence[UUID], markers: Sequence[UUID]) -> None:
        """Remove chunks, words and markers."""
        ids = list(map(str, parts))
        await self.remove(self.names.chunks, ids)
        await self.remove(self.names.facts, [*ids, *map(page_id, ids), *map(str, markers)])

    async def give_to(self, groups: tuple[str, ...], parts: Sequence[UUID]) -> None:
        """Write into these chunks and words that `groups` may read them."""
        ids = list(map(str, parts))
        await self.update(self.names.facts, ids, access_metadata(groups))
        await self.update(self.names.chunks, ids, access_metadata(groups))

    async def find(
        self, name: str, *, where: Condition | None = None, ids: Sequence[str] | None = None
    ) -> list[FoundRecord]:
        """Return the records of a collection that match, and are among `ids` if that is given."""
        found = await self._read(name, "get", _get(["metadatas"], where, ids))
        return list(map(FoundRecord, found["ids"], found["metadatas"])) if found else []

    async def ids(self, name: str, where: Condition) -> list[str]:
        """Return the ids of the records that match."""
        found = await self._read(name, "get", _get([], where))
        return list(found["ids"]) if found else []

    async def count(self, name: str) -> int:
        """Return how many records a collection has."""
        return int(await self._read(name, "count", None) or 0)

    async def nearest(
        self, embedding: Sequence[float], where: Condition, limit: int
    ) -> list[FoundRecord]:
        """Return the chunks that match and are nearest by cosine distance, nearest first."""
        found = await self._read(
            self.names.chunks,
            "query",
            {
                "query_embeddings": [[float(each) for each in embedding]],
                "n_results": limit,
                "where": where,
                "include": ["metadatas", "distances"],
            },
        )
        if not found:
            return []
        return list(map(FoundRecord, found["ids"][0], found["metadatas"][0], found["distances"][0]))

    async def upsert(self, name: str, records: Sequence[ChromaRecord]) -> None:
        """Insert or overwrite records; make the collection if it does not exist."""
        for at in range(0, len(records), _BATCH):
            batch = records[at : at + _BATCH]
            body = {
                "ids": [each.id for each in batch],
                "metadatas": [each.metadata for each in batch],
                "embeddings": [each.embedding for each in batch],
            }
            try:
                await self.connection.use(name, "upsert", body)
            except UnknownCollection:
                await self.connection.ensure(name, {TENANT: clean(self._tenant)})
                await self.connection.use(name, "upsert", body)

    async def update(self, name: str, ids: Sequence[str], metadata: Metadata) -> None:
        """Write into these records' metadata; ids that do not exist are ignored."""
        for at in range(0, len(ids), _BATCH):
            batch = list(ids[at : at + _BATCH])
            body = {"ids": batch, "metadatas": [metadata] * len(batch)}
            await self._read(name, "update", body)

    async def remove(self, name: str, ids: Sequence[str]) -> None:
        """Remove records; ids that do not exist are ignored."""
        for at in range(0, len(ids), _BATCH):
            await self._read(name, "delete", {"ids": list(ids[at : at + _BATCH])})

    async def _read(self, name: str, action: str, body: Mapping[str, Any] | None) -> Any:
        """Call the server, again when a writer overtook it; None if there is no such collection."""
        again = AsyncRetrying(
            retry=retry_if_exception_type(Overtaken),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random(0, _PAUSE_S),
            reraise=True,
        )
        try:
            return await again(self._asked, name, action, body)
        except UnknownCollection:
            return None

    async def _asked(self, name: str, action: str, body: Mapping[str, Any] | None) -> Any:
        found = await self.connection.use(name, action, body)
        if isinstance(found, dict) and _half_removed(found.get("metadatas")):
            raise Overtaken(f"Chroma: {action} met a record that was removed meanwhile")
        return found


def _half_removed(metadata: Any) -> bool:
    """Return whether a record has none: each of ours has some, as long as it is there."""
    if isinstance(metadata, list):
        return any(each is None or _half_removed(each) for each in metadata)
    return False


def _get(
    include: list[str], where: Condition | None = None, ids: Sequence[str] | None = None
) -> dict[str, Any]:
    wanted: dict[str, Any] = {"include": include}
    if where is not None:
        wanted["where"] = where
    if ids is not None:
        wanted["ids"] = list(ids)
    return wanted
