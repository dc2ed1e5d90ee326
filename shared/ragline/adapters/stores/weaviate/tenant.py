"""One tenant's objects: calls are time-limited, results checked, unknown tenants read as empty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from weaviate.classes.query import Filter
from weaviate.collections import CollectionAsync
from weaviate.collections.classes.internal import Object as FoundObject
from weaviate.exceptions import WeaviateInsertManyAllFailedError

from ragline.adapters.stores.marked.markers import DocumentState, Marker
from ragline.adapters.stores.marked.objects import StoredPart
from ragline.adapters.stores.weaviate.errors import UnknownTenant, guarded
from ragline.adapters.stores.weaviate.objects import (
    MARKER_PROPERTIES,
    VERDICT_PROPERTIES,
    Object,
    access_properties,
    chunk_objects,
    marker,
    marker_object,
)
from ragline.adapters.stores.weaviate.scope import Condition, markers_of, unsettled
from ragline.errors import Unavailable
from ragline.ports.store import IndexedDocument

# the server's QUERY_MAXIMUM_RESULTS
MAX_RESULTS = 10_000
# objects in one call: some megabytes with vectors
_BATCH = 500

Found = FoundObject[Mapping[str, Any], Any]


class TenantObjects:
    """Reads and writes the objects of one tenant; every call takes at most `timeout_s` seconds."""

    def __init__(self, collection: CollectionAsync[Any, Any], timeout_s: float) -> None:
        self.collection = collection
        self._timeout_s = timeout_s

    async def verdicts(self, document_ids: Iterable[str]) -> dict[str, DocumentState]:
        """Read the documents' markers without the hashes: enough to decide what readers see."""
        return await self._states(document_ids, VERDICT_PROPERTIES)

    async def state(self, document_id: str) -> DocumentState:
        """Read the markers of one document; an unknown one has none."""
        return (await self._states([document_id], MARKER_PROPERTIES))[document_id]

    async def _states(
        self, document_ids: Iterable[str], properties: list[str]
    ) -> dict[str, DocumentState]:
        markers: dict[str, list[Marker]] = {document_id: [] for document_id in document_ids}
        if markers:
            for found in await self.find(markers_of(markers), properties):
                each = marker(found.properties)
                markers[each.document_id].append(each)
        return {document_id: DocumentState(tuple(each)) for document_id, each in markers.items()}

    async def put_parts(self, document: IndexedDocument, groups: tuple[str, ...]) -> None:
        """Insert or overwrite a version's chunks, which `groups` may read."""
        await self.insert(await asyncio.to_thread(chunk_objects, document, groups))

    async def put_marker(self, marker: Marker) -> None:
        """Insert or overwrite a marker."""
        await self.insert([marker_object(marker)])

    async def unsettled(self, document_id: str, state: DocumentState) -> Sequence[StoredPart]:
        """Return the document's chunks that differ from `state`."""
        found = await self.find(unsettled(document_id, state), ["version", "ordinal"])
        return [
            StoredPart(each.uuid, int(each.properties["version"]), each.properties["ordinal"])
            for each in found
        ]

    async def drop(self, parts: Sequence[UUID], markers: Sequence[UUID]) -> None:
        """Remove chunks and markers."""
        await self.remove([*parts, *markers])

    async def give_to(self, groups: tuple[str, ...], parts: Sequence[UUID]) -> None:
        """Write the chunks again, unchanged except for who may read them."""
        for at in range(0, len(parts), _BATCH):
            where = Filter.by_id().contains_any(list(parts[at : at + _BATCH]))
            found = await self.find(where, vectors=True)
            await self.insert([_for_readers(each, groups) for each in found])

    async def find(
        self,
        where: Condition,
        properties: list[str] | None = None,
        *,
        vectors: bool = False,
        limit: int = MAX_RESULTS,
    ) -> Sequence[Found]:
        """Return at most `limit` matching objects, with the named properties or with all."""
        try:
            async with guarded("reading objects", self._timeout_s):
                found = await self.collection.query.fetch_objects(
                    filters=where, return_properties=properties, include_vector=vectors, limit=limit
                )
        except UnknownTenant:
            return []
        return found.objects

    async def insert(self, objects: Sequence[Object]) -> None:
        """Insert or overwrite `objects`; create the tenant if it does not exist."""
        for at in range(0, len(objects), _BATCH):
            async with guarded("inserting objects", self._timeout_s):
                await self._insert_batch(objects[at : at + _BATCH])

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Remove the objects with these ids; ids that do not exist are ignored."""
        for at in range(0, len(ids), _BATCH):
            async with guarded("removing objects", self._timeout_s):
                removed = await self.collection.data.delete_many(
                    where=Filter.by_id().contains_any(ids[at : at + _BATCH])
                )
            if removed.failed:
                raise Unavailable(f"Weaviate did not remove {removed.failed} objects; try again")

    async def _insert_batch(self, objects: Sequence[Object]) -> None:
        try:
            result = await self.collection.data.insert_many(objects)
        except WeaviateInsertManyAllFailedError as error:
            raise Unavailable(f"Weaviate did not insert any object: {error}") from error
        if result.errors:  # a single object can fail without an exception
            first = next(iter(result.errors.values())).message
            raise Unavailable(f"Weaviate did not insert {len(result.errors)} objects: {first}")


def _for_readers(found: Found, groups: tuple[str, ...]) -> Object:
    kept = {name: value for name, value in found.properties.items() if value is not None}
    return Object(uuid=found.uuid, properties=kept | access_properties(groups), vector=found.vector)
