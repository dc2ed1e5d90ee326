"""The collection: its vectors and indexes, and its creation even when services start together."""

from __future__ import annotations

from dataclasses import asdict

from qdrant_client import AsyncQdrantClient, models

from ragline.adapters.stores.indexing import IndexIdentity, mismatch
from ragline.adapters.stores.qdrant.client import QdrantConnection
from ragline.adapters.stores.qdrant.errors import guarded
from ragline.adapters.stores.qdrant.points import IDENTITY, LITERAL, MEANING, WORDS
from ragline.adapters.stores.qdrant.tenant import CONSISTENCY
from ragline.errors import Misconfigured, PermanentError

_TENANT = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
_INDEXES: dict[str, models.PayloadSchemaType | models.KeywordIndexParams] = {
    "tenant": _TENANT,
    "kind": models.PayloadSchemaType.KEYWORD,
    "document": models.PayloadSchemaType.KEYWORD,
    "version": models.PayloadSchemaType.KEYWORD,
    "ordinal": models.PayloadSchemaType.INTEGER,
    "readers": models.PayloadSchemaType.KEYWORD,
    "access": models.PayloadSchemaType.KEYWORD,
    "facets": models.PayloadSchemaType.KEYWORD,
    "updated_at": models.PayloadSchemaType.INTEGER,
    "literal": models.PayloadSchemaType.KEYWORD,
}
# a graph for each tenant instead of one for all, so that a small tenant's best are not missed
_GRAPHS = models.HnswConfigDiff(m=0, payload_m=16)


async def ensure(connection: QdrantConnection, name: str, identity: IndexIdentity) -> None:
    """Create the collection unless it exists, and check what it was made with.

    What says what it was made with comes last. So a collection without it is ours and not finished
    yet, by another service or one that died, or it is somebody else's, with other vectors.

    Raises:
        FingerprintMismatch: the collection holds another model's vectors.
        Misconfigured: the collection is not one of ours.
    """
    async with guarded("connect", connection.timeout_s):
        client = connection.client
        if not await client.collection_exists(name):
            await _create(connection, name, identity)
        stored = await stored_identity(client, name)
        if stored is None:
            await _finish(client, name, identity)
            stored = await stored_identity(client, name)
    if stored != identity:
        raise mismatch(name, stored or identity, identity)


async def _create(connection: QdrantConnection, name: str, identity: IndexIdentity) -> None:
    client = connection.client
    try:
        async with guarded("creating the collection", connection.timeout_s):
            await client.create_collection(
                name,
                vectors_config={
                    MEANING: models.VectorParams(
                        size=identity.dimensions, distance=models.Distance.COSINE
                    )
                },
                sparse_vectors_config={
                    WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF),
                    LITERAL: models.SparseVectorParams(),
                },
                hnsw_config=_GRAPHS,
            )
    except PermanentError:
        # another service was faster; any other problem is raised
        if not await client.collection_exists(name):
            raise


async def _finish(client: AsyncQdrantClient, name: str, identity: IndexIdentity) -> None:
    """Make the indexes, and say what the collection is made with; each step can be repeated."""
    found = (await client.get_collection(name)).config.params
    vectors = found.vectors if isinstance(found.vectors, dict) else {}
    if set(vectors) != {MEANING} or set(found.sparse_vectors or {}) != {WORDS, LITERAL}:
        raise _foreign(name)
    for field, kind in _INDEXES.items():
        await client.create_payload_index(name, field, field_schema=kind, wait=True)
    # of services that start together, with one configuration, each writes the same
    point = models.PointStruct(id=str(IDENTITY), vector={}, payload=asdict(identity))
    await client.upsert(name, [point], wait=True, ordering=models.WriteOrdering.STRONG)


async def stored_identity(client: AsyncQdrantClient, name: str) -> IndexIdentity | None:
    """Return what the collection was made with, or None while it is not finished."""
    found = await client.retrieve(name, [str(IDENTITY)], consistency=CONSISTENCY)
    if not found:
        return None
    try:
        return IndexIdentity(**(found[0].payload or {}))
    except TypeError as error:
        raise _foreign(name) from error


def _foreign(name: str) -> Misconfigured:
    return Misconfigured(
        f"collection {name} exists and was not made by Ragline: name another one "
        "(RAGLINE_VECTOR_STORE__COLLECTION)"
    )
