"""Everything that a vector store holds, read without the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg
import httpx

from ragline.adapters.stores.weaviate.keys import OPEN, filter_key
from ragline.settings import StoreKind, VectorStoreSettings

StoredKind = Literal["chunk", "content", "gone", "access"]
_PAGE = 500
# the server replies with the second status for an unknown collection
_NO_COLLECTION = {httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY}
_TIMEOUT_S = 60.0
_CHUNKS = """
SELECT c.tenant, c.document_id, d.version, c.ordinal
FROM chunks c JOIN documents d USING (tenant, document_id)
"""
_DOCUMENTS = """
SELECT tenant, document_id, version, gone, access_version, access,
    cardinality(chunk_hashes) AS chunks
FROM documents
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One physical object, or one fact of a row.

    Attributes:
        kind: `chunk`, or what a document's row or marker states: `content` (an upsert), `gone` (a
            tombstone), `access` (who may read).
        ordinal: the position of a chunk, otherwise null.
        readers: the groups that may read, empty for everyone; null if the object does not state
            them. For PostgreSQL they are always an object of kind `access`, and chunks have none.
            In Weaviate `content` and `gone` may state them too; a group that no marker of the
            tenant names appears as its token.
        chunks: how many chunks a `content` claims to have, otherwise null.
    """

    tenant: str
    document_id: str
    version: int
    kind: StoredKind
    ordinal: int | None = None
    readers: tuple[str, ...] | None = None
    chunks: int | None = None


async def audit(settings: VectorStoreSettings) -> list[StoredObject]:
    """List everything that is stored for any tenant, including what readers never see.

    Reads the tables (PostgreSQL, one snapshot) or every object over REST (Weaviate, page by page:
    no writer may run meanwhile). A collection that does not exist holds nothing.
    """
    if settings.kind is StoreKind.PGVECTOR:
        return await _postgresql(settings)
    return await _weaviate(settings)


async def _postgresql(settings: VectorStoreSettings) -> list[StoredObject]:
    schema = settings.collection
    connection = await asyncpg.connect(
        settings.url.get_secret_value(), server_settings={"search_path": f'"{schema}"'}
    )
    try:
        if not await connection.fetchval("SELECT to_regclass($1)", f'"{schema}".documents'):
            return []
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            chunks = await connection.fetch(_CHUNKS)
            documents = await connection.fetch(_DOCUMENTS)
    finally:
        await connection.close()
    found = [StoredObject(**dict(row), kind="chunk") for row in chunks]
    return found + [fact for row in documents for fact in _facts(row)]


def _facts(row: Mapping[str, Any]) -> list[StoredObject]:
    named = {"tenant": row["tenant"], "document_id": row["document_id"]}
    facts: list[StoredObject] = []
    if row["gone"]:
        facts.append(StoredObject(**named, version=row["version"], kind="gone"))
    elif row["version"] >= 0:
        said = {"version": row["version"], "chunks": row["chunks"]}
        facts.append(StoredObject(**named, **said, kind="content"))
    if row["access_version"] >= 0:
        said = {"version": row["access_version"], "readers": tuple(row["access"])}
        facts.append(StoredObject(**named, **said, kind="access"))
    return facts


async def _weaviate(settings: VectorStoreSettings) -> list[StoredObject]:
    key = settings.api_key.get_secret_value() if settings.api_key else None
    async with httpx.AsyncClient(
        base_url=settings.url.get_secret_value(),
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=_TIMEOUT_S,
    ) as http:
        answer = await http.get(f"/v1/schema/{settings.collection}/tenants")
        if answer.status_code in _NO_COLLECTION:
            return []
        names = [tenant["name"] for tenant in answer.raise_for_status().json()]
        return [
            each
            for name in names
            for each in _read(name, [o async for o in _objects(http, settings.collection, name)])
        ]


async def _objects(
    http: httpx.AsyncClient, collection: str, tenant: str
) -> AsyncIterator[dict[str, Any]]:
    after = ""
    while True:
        page = {"class": collection, "tenant": tenant, "limit": str(_PAGE), "after": after}
        answer = (await http.get("/v1/objects", params=page)).raise_for_status().json()
        for each in answer["objects"]:
            yield each
        if len(answer["objects"]) < _PAGE:
            return
        after = answer["objects"][-1]["id"]


def _read(tenant: str, objects: list[dict[str, Any]]) -> list[StoredObject]:
    named = {each for found in objects for each in found["properties"].get("groups") or ()}
    names = {filter_key("group", each): each for each in named}
    return [_stored(tenant, each["properties"], names) for each in objects]


def _stored(tenant: str, said: Mapping[str, Any], names: Mapping[str, str]) -> StoredObject:
    kind = said["kind"]
    readers: tuple[str, ...] | None = None
    if kind == "chunk":
        readers = tuple(sorted(names.get(each, each) for each in said["readers"] if each != OPEN))
    elif said["states_access"]:
        readers = tuple(sorted(said.get("groups") or ()))
    return StoredObject(
        tenant=tenant,
        document_id=said["document_id"],
        version=int(said["version"]),
        kind=kind,
        ordinal=said.get("ordinal"),
        readers=readers,
        chunks=len(said.get("chunk_hashes") or ()) if kind == "content" else None,
    )
