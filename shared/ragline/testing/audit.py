"""Everything that a vector store holds, read without the adapter."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

import asyncpg
import httpx

from ragline.adapters.stores.marked.keys import OPEN, filter_key
from ragline.adapters.stores.pinecone.keys import OPEN as OPEN_RECORD
from ragline.adapters.stores.pinecone.keys import index_name, token
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.chroma_objects import chroma_objects
from ragline.testing.qdrant_objects import server_objects
from ragline.testing.stored_object import StoredObject

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


async def audit(settings: VectorStoreSettings) -> list[StoredObject]:
    """List everything that is stored for any tenant, including what readers never see.

    Reads the tables (PostgreSQL, one snapshot) or every object over REST (the others, page by
    page: no writer may run meanwhile). A collection that does not exist holds nothing.
    """
    match settings.kind:
        case StoreKind.PGVECTOR:
            return await _postgresql(settings)
        case StoreKind.WEAVIATE:
            return await _weaviate(settings)
        case StoreKind.CHROMA:
            return await chroma_objects(settings)
        case StoreKind.QDRANT:
            return await server_objects(settings)
        case StoreKind.PINECONE:
            return await _pinecone(settings)


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


async def _pinecone(settings: VectorStoreSettings) -> list[StoredObject]:
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    async with httpx.AsyncClient(
        headers={"Api-Key": key, "X-Pinecone-Api-Version": "2026-07"}, timeout=_TIMEOUT_S
    ) as http:
        url = f"{settings.url.get_secret_value()}/indexes/{index_name(settings.collection)}"
        answer = await http.get(url)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []
        host = answer.raise_for_status().json()["host"]
        host = host if "://" in host else f"https://{host}"
        stats = (await http.post(f"{host}/describe_index_stats", json={})).raise_for_status().json()
        return [
            each
            for name in stats["namespaces"]
            for each in _told(name, [r async for r in _records(http, host, name)])
        ]


async def _records(http: httpx.AsyncClient, host: str, name: str) -> AsyncIterator[dict[str, Any]]:
    documents = f"{host}/namespaces/{quote(name, safe='')}/documents"
    page: dict[str, Any] = {"limit": 100}
    while True:
        listed = (await http.post(f"{documents}/list", json=page)).raise_for_status().json()
        if ids := [each["_id"] for each in listed["documents"]]:
            fetched = await http.post(f"{documents}/fetch", json={"ids": ids})
            for record in fetched.raise_for_status().json()["documents"].values():
                yield record
        if not listed.get("pagination"):
            return
        page["pagination_token"] = listed["pagination"]["next"]


def _told(name: str, records: list[dict[str, Any]]) -> list[StoredObject]:
    """Return what one namespace's records state. A piece without its record is an orphan."""
    pieces = ("words", "text", "about")
    records = [each for each in records if each["kind"] != "seal"]
    wholes = [each for each in records if each["kind"] not in pieces]
    said = {each["_id"]: _said(each, records) for each in wholes}
    named = {group for each in said.values() for group in each.get("groups") or ()}
    names = {token("group", each): each for each in named}
    known = {each["document"]: said[each["_id"]]["document_id"] for each in wholes}
    owners = {(each["document"], each["version"], each.get("ordinal")) for each in wholes}
    tenant = unquote(name.removeprefix("t."))
    found: list[StoredObject] = []
    for each in records:
        kind = each["kind"]
        if kind in pieces and (each["document"], each["version"], each.get("ordinal")) in owners:
            continue
        readers = each.get("readers")
        found.append(
            StoredObject(
                tenant=tenant,
                document_id=known.get(each["document"], each["document"]),
                version=int(each["version"]),
                kind=each["of"] if kind == "about" else "chunk" if kind in pieces else kind,
                ordinal=each.get("ordinal"),
                readers=None
                if readers is None
                else tuple(sorted(names.get(r, r) for r in readers if r != OPEN_RECORD)),
                chunks=each["chunks"] if kind == "content" else None,
            )
        )
    return found


def _said(record: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a record's payload, joined with its further pieces."""
    further = sorted(
        (
            each
            for each in records
            if each["kind"] in ("text", "about")
            and (each["document"], each["version"]) == (record["document"], record["version"])
            and each.get("of", "chunk") == record["kind"]
            and each.get("ordinal") == record.get("ordinal")
        ),
        key=lambda each: int(each["_id"].rpartition(".")[2]),
    )
    text = "".join(each["payload"] for each in (record, *further))
    said: dict[str, Any] = json.loads(text)
    return said
