"""Everything that Qdrant holds of some tenants, read without the adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qdrant_client import AsyncQdrantClient

from ragline.adapters.stores.marked.keys import OPEN, filter_key
from ragline.settings import VectorStoreSettings
from ragline.testing.stored_object import StoredObject

_PAGE = 1_000


async def server_objects(settings: VectorStoreSettings) -> list[StoredObject]:
    """List every tenant's points on a server."""
    key = settings.api_key.get_secret_value() if settings.api_key else None
    client = AsyncQdrantClient(url=settings.url.get_secret_value(), api_key=key)
    try:
        return await qdrant_objects(client, settings.collection)
    finally:
        await client.close()


async def qdrant_objects(client: AsyncQdrantClient, collection: str) -> list[StoredObject]:
    """List every tenant's points."""
    if not await client.collection_exists(collection):
        return []
    found: list[Mapping[str, Any]] = []
    offset = None
    while True:
        page, offset = await client.scroll(collection, limit=_PAGE, offset=offset)
        found += [each.payload for each in page if each.payload and "tenant" in each.payload]
        if offset is None:
            break
    groups = {
        filter_key("group", name): name
        for each in found
        for name in each["told"].get("groups") or ()
    }
    return [_stored(each, groups) for each in found]


def _stored(point: Mapping[str, Any], groups: Mapping[str, str]) -> StoredObject:
    said, kind = point["told"], point["kind"]
    readers: tuple[str, ...] | None = None
    if kind == "chunk":
        readers = tuple(sorted(groups.get(r, r) for r in point["readers"] if r != OPEN))
    elif said["groups"] is not None:
        readers = tuple(sorted(said["groups"]))
    return StoredObject(
        tenant=point["tenant_name"],
        document_id=said["document_id"],
        version=said["version"],
        kind=kind,
        ordinal=said.get("ordinal"),
        readers=readers,
        chunks=len(said["chunk_hashes"]) if kind == "content" else None,
    )
