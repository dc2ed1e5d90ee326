"""The real stores for writers that take turns: each call to the server is one step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from qdrant_client import models

from ragline.adapters.stores.chroma.records import ChromaRecord, Metadata
from ragline.adapters.stores.chroma.scope import Condition as ChromaCondition
from ragline.adapters.stores.chroma.store import ChromaStore
from ragline.adapters.stores.chroma.tenant import FoundRecord, TenantRecords
from ragline.adapters.stores.marked.payload import Payload
from ragline.adapters.stores.pgvector.store import PgvectorStore
from ragline.adapters.stores.pinecone.limits import MAX_HITS
from ragline.adapters.stores.pinecone.namespace import FoundRecords, Namespace, Record
from ragline.adapters.stores.pinecone.scope import Condition as MetadataFilter
from ragline.adapters.stores.pinecone.store import PineconeStore
from ragline.adapters.stores.qdrant.store import QdrantStore
from ragline.adapters.stores.qdrant.tenant import TenantPoints
from ragline.adapters.stores.sparse import SparseVector
from ragline.adapters.stores.weaviate.objects import Object
from ragline.adapters.stores.weaviate.scope import Condition
from ragline.adapters.stores.weaviate.store import WeaviateStore
from ragline.adapters.stores.weaviate.tenant import MAX_RESULTS, Found, TenantObjects
from ragline.ports.store import DocumentRef, IndexedDocument, WriteResult
from ragline.testing.store import MemoryStore
from ragline.testing.store_contract.turns import Turns

_CALLS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "copy_records_to_table"}


class SteppingWeaviate(WeaviateStore):
    """Waits for its turn before each read and each write of objects."""

    def __init__(self, store: WeaviateStore, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(store))
        self._turns, self._writer = turns, name

    def tenant(self, tenant: str) -> TenantObjects:
        """Return the objects of a tenant, with one turn per call."""
        return _SteppingTenant(super().tenant(tenant), self._turns, self._writer)


class _SteppingTenant(TenantObjects):
    def __init__(self, tenant: TenantObjects, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(tenant))
        self._turns, self._writer = turns, name

    async def find(
        self,
        where: Condition,
        properties: list[str] | None = None,
        *,
        vectors: bool = False,
        limit: int = MAX_RESULTS,
    ) -> Sequence[Found]:
        await self._turns.step(self._writer)
        return await super().find(where, properties, vectors=vectors, limit=limit)

    async def insert(self, objects: Sequence[Object]) -> None:
        if objects:
            await self._turns.step(self._writer)
            await super().insert(objects)

    async def remove(self, ids: Sequence[UUID]) -> None:
        if ids:
            await self._turns.step(self._writer)
            await super().remove(ids)


class SteppingChroma(ChromaStore):
    """Waits for its turn before each read and each write of records."""

    def __init__(self, store: ChromaStore, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(store))
        self._turns, self._writer = turns, name

    def tenant(self, tenant: str) -> TenantRecords:
        """Return the records of a tenant, with one turn per call."""
        return _SteppingRecords(super().tenant(tenant), self._turns, self._writer)


class _SteppingRecords(TenantRecords):
    def __init__(self, tenant: TenantRecords, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(tenant))
        self._turns, self._writer = turns, name

    async def find(
        self, name: str, *, where: ChromaCondition | None = None, ids: Sequence[str] | None = None
    ) -> list[FoundRecord]:
        await self._turns.step(self._writer)
        return await super().find(name, where=where, ids=ids)

    async def upsert(self, name: str, records: Sequence[ChromaRecord]) -> None:
        if records:
            await self._turns.step(self._writer)
            await super().upsert(name, records)

    async def update(self, name: str, ids: Sequence[str], metadata: Metadata) -> None:
        if ids:
            await self._turns.step(self._writer)
            await super().update(name, ids, metadata)

    async def remove(self, name: str, ids: Sequence[str]) -> None:
        if ids:
            await self._turns.step(self._writer)
            await super().remove(name, ids)


class SteppingQdrant(QdrantStore):
    """Waits for its turn before each read and each write of points."""

    def __init__(self, store: QdrantStore, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(store))
        self._turns, self._writer = turns, name

    def tenant(self, tenant: str) -> TenantPoints:
        """Return the points of a tenant, with one turn per call."""
        return _SteppingPoints(super().tenant(tenant), self._turns, self._writer)


class _SteppingPoints(TenantPoints):
    def __init__(self, tenant: TenantPoints, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(tenant))
        self._turns, self._writer = turns, name

    async def find(self, where: models.Filter) -> list[Payload]:
        await self._turns.step(self._writer)
        return await super().find(where)

    async def upsert(self, points: Sequence[models.PointStruct]) -> None:
        if points:
            await self._turns.step(self._writer)
            await super().upsert(points)

    async def update(self, ids: Sequence[str], payload: Payload) -> None:
        if ids:
            await self._turns.step(self._writer)
            await super().update(ids, payload)

    async def remove(self, ids: Sequence[str]) -> None:
        if ids:
            await self._turns.step(self._writer)
            await super().remove(ids)


class SteppingPinecone(PineconeStore):
    """Waits for its turn before each read and each write of records."""

    def __init__(self, store: PineconeStore, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(store))
        self._turns, self._writer = turns, name

    def namespace(self, tenant: str) -> Namespace:
        """Return the records of a tenant, with one turn per call."""
        return _SteppingNamespace(super().namespace(tenant), self._turns, self._writer)


class _SteppingNamespace(Namespace):
    def __init__(self, namespace: Namespace, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(namespace))
        self._turns, self._writer = turns, name

    async def sparse(
        self,
        vector: SparseVector,
        where: MetadataFilter,
        *,
        limit: int = MAX_HITS,
        fields: Sequence[str] = (),
        at: int = 0,
    ) -> FoundRecords:
        await self._turns.step(self._writer)
        return await super().sparse(vector, where, limit=limit, fields=fields, at=at)

    async def insert(self, records: Sequence[Record]) -> int:
        if records:
            await self._turns.step(self._writer)
        return await super().insert(records)

    async def change(self, patches: Sequence[Record]) -> int:
        if patches:
            await self._turns.step(self._writer)
        return await super().change(patches)

    async def remove(self, names: Sequence[str]) -> int:
        if names:
            await self._turns.step(self._writer)
        return await super().remove(names)


class SteppingPgvector(PgvectorStore):
    """Waits for its turn before each statement; a crash rolls its transaction back."""

    def __init__(self, store: PgvectorStore, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(store))
        self._turns, self._writer = turns, name

    @asynccontextmanager
    async def _connection(self, action: str, *, chunks: int = 0) -> AsyncIterator[Any]:
        async with super()._connection(action, chunks=chunks) as connection:
            yield _SteppingConnection(connection, self._turns, self._writer)


class _SteppingConnection:
    def __init__(self, connection: Any, turns: Turns, name: str) -> None:
        self._connection, self._turns, self._writer = connection, turns, name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        if name not in _CALLS:
            return found

        async def stepping(*args: Any, **kwargs: Any) -> Any:
            await self._turns.step(self._writer)
            return await found(*args, **kwargs)

        return stepping


class SteppingMemory(MemoryStore):
    """Waits for its turn before and after each write: the fake's writes have no inner steps."""

    def __init__(self, store: MemoryStore, turns: Turns, name: str) -> None:
        self.__dict__.update(vars(store))
        self._turns, self._writer = turns, name

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Write as the fake does, between two turns."""
        await self._turns.step(self._writer)
        result = await super().upsert(document)
        await self._turns.step(self._writer)  # a crash here is a reply that never arrived
        return result

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Write as the fake does, between two turns."""
        await self._turns.step(self._writer)
        result = await super().delete(ref, version=version)
        await self._turns.step(self._writer)
        return result

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Write as the fake does, between two turns."""
        await self._turns.step(self._writer)
        result = await super().set_access(ref, version=version, access=access)
        await self._turns.step(self._writer)
        return result
