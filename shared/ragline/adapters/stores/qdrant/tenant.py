"""The points of one tenant, read and written in calls that take a limited time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from qdrant_client import models

from ragline.adapters.stores.marked.keys import chunk_key
from ragline.adapters.stores.marked.markers import DocumentState, Marker
from ragline.adapters.stores.marked.objects import StoredPart, UnknownCollection
from ragline.adapters.stores.marked.payload import Payload
from ragline.adapters.stores.qdrant.client import QdrantConnection
from ragline.adapters.stores.qdrant.errors import guarded
from ragline.adapters.stores.qdrant.points import (
    access_payload,
    chunk_points,
    marker,
    marker_point,
    point_id,
    told,
)
from ragline.adapters.stores.qdrant.scope import markers_of, unsettled, with_ids
from ragline.adapters.stores.sparse import SparseVector
from ragline.ports.store import IndexedDocument

# points in one call: some megabytes with vectors
_BATCH = 200
_PAGE = 1_000
# Writes to one point go through one node, in one order. A read asks most of the replicas and takes
# what most of them say, so it sees every write that most of them have confirmed
_ORDERING = models.WriteOrdering.STRONG
CONSISTENCY = models.ReadConsistencyType.MAJORITY


class TenantPoints:
    """Reads and writes a tenant's points; every call takes at most the connection's limit."""

    def __init__(self, connection: QdrantConnection, collection: str, tenant: str) -> None:
        self.connection = connection
        self.collection = collection
        self.name = tenant

    async def verdicts(self, document_ids: Iterable[str]) -> dict[str, DocumentState]:
        """Read the documents' markers."""
        markers: dict[str, list[Marker]] = {document_id: [] for document_id in document_ids}
        if markers:
            for payload in await self.find(markers_of(self.name, markers)):
                each = marker(payload)
                markers[each.document_id].append(each)
        return {document_id: DocumentState(tuple(each)) for document_id, each in markers.items()}

    async def state(self, document_id: str) -> DocumentState:
        """Read the markers of one document."""
        return (await self.verdicts([document_id]))[document_id]

    async def put_parts(self, document: IndexedDocument, groups: tuple[str, ...]) -> None:
        """Insert or overwrite a version's chunks, which `groups` may read."""
        await self.upsert(await asyncio.to_thread(chunk_points, self.name, document, groups))

    async def put_marker(self, marker: Marker) -> None:
        """Insert or overwrite a marker."""
        await self.upsert([marker_point(self.name, marker)])

    async def unsettled(self, document_id: str, state: DocumentState) -> Sequence[StoredPart]:
        """Return the document's chunks that differ from `state`."""
        found = map(told, await self.find(unsettled(self.name, document_id, state)))
        return [
            StoredPart(
                chunk_key(document_id, each["version"], each["ordinal"]),
                each["version"],
                each["ordinal"],
            )
            for each in found
        ]

    async def drop(self, parts: Sequence[UUID], markers: Sequence[UUID]) -> None:
        """Remove chunks and markers."""
        await self.remove([point_id(self.name, uuid) for uuid in (*parts, *markers)])

    async def give_to(self, groups: tuple[str, ...], parts: Sequence[UUID]) -> None:
        """Write into these chunks that `groups` may read them."""
        await self.update([point_id(self.name, uuid) for uuid in parts], access_payload(groups))

    async def find(self, where: models.Filter) -> list[Payload]:
        """Return the payloads of the points that match."""
        found: list[Payload] = []
        offset: models.ExtendedPointId | None = None
        while True:
            try:
                async with guarded("reading points", self.connection.timeout_s):
                    page, offset = await self.connection.client.scroll(
                        self.collection,
                        scroll_filter=where,
                        limit=_PAGE,
                        offset=offset,
                        with_payload=True,
                        consistency=CONSISTENCY,
                    )
            except UnknownCollection:
                return []  # not created yet
            found += [each.payload or {} for each in page]
            if offset is None:
                return found

    async def search(
        self,
        query: Sequence[float] | SparseVector,
        using: str,
        where: models.Filter,
        limit: int,
        *,
        parameters: models.SearchParams | None = None,
    ) -> list[models.ScoredPoint]:
        """Return the points that match and are nearest, nearest first, with their payloads."""
        asked = (
            models.SparseVector(indices=list(query.indices), values=list(query.values))
            if isinstance(query, SparseVector)
            else [float(each) for each in query]
        )
        async with guarded(f"{using} search", self.connection.timeout_s):
            found = await self.connection.client.query_points(
                self.collection,
                query=asked,
                using=using,
                query_filter=where,
                limit=limit,
                search_params=parameters,
                with_payload=True,
                consistency=CONSISTENCY,
            )
        return found.points

    async def upsert(self, points: Sequence[models.PointStruct]) -> None:
        """Insert or overwrite points."""
        for at in range(0, len(points), _BATCH):
            async with guarded("inserting points", self.connection.timeout_s):
                await self.connection.client.upsert(
                    self.collection, list(points[at : at + _BATCH]), wait=True, ordering=_ORDERING
                )

    async def update(self, ids: Sequence[str], payload: Payload) -> None:
        """Write into these points' payloads; ids that do not exist are ignored."""
        for at in range(0, len(ids), _BATCH):
            async with guarded("updating points", self.connection.timeout_s):
                await self.connection.client.set_payload(
                    self.collection,
                    payload=dict(payload),
                    # a list of ids is an error if one of them does not exist
                    points=models.FilterSelector(filter=with_ids(self.name, ids[at : at + _BATCH])),
                    wait=True,
                    ordering=_ORDERING,
                )

    async def remove(self, ids: Sequence[str]) -> None:
        """Remove points; ids that do not exist are ignored."""
        for at in range(0, len(ids), _BATCH):
            async with guarded("removing points", self.connection.timeout_s):
                await self.connection.client.delete(
                    self.collection,
                    points_selector=models.PointIdsList(points=list(ids[at : at + _BATCH])),
                    wait=True,
                    ordering=_ORDERING,
                )
