"""Everything that Chroma holds, read without the adapter."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import httpx

from ragline.adapters.stores.marked.keys import OPEN, filter_key
from ragline.settings import VectorStoreSettings
from ragline.testing.stored_object import StoredObject

_COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
_ALL = "10000"
_TIMEOUT_S = 60.0
_PAGE = ".page"
_NO_VERSION = -1

Record = Mapping[str, Any]


async def chroma_objects(settings: VectorStoreSettings) -> list[StoredObject]:
    """List every tenant's records.

    Words are told as the chunk that they begin with, and a page of words without its other half as
    a chunk of no document.
    """
    prefix = f"ragline.{settings.collection}."
    found: defaultdict[str, dict[str, Record]] = defaultdict(dict)
    base = settings.url.get_secret_value()
    async with httpx.AsyncClient(base_url=base, timeout=_TIMEOUT_S) as http:
        answer = await http.get(_COLLECTIONS, params={"limit": _ALL})
        for each in answer.raise_for_status().json():
            if each["name"].startswith(prefix):
                answer = await http.post(
                    f"{_COLLECTIONS}/{each['id']}/get", json={"include": ["metadatas"]}
                )
                records = answer.raise_for_status().json()
                of_tenant = found[each["metadata"]["tenant"]]
                of_tenant |= zip(records["ids"], records["metadatas"], strict=True)
    return [each for tenant, records in found.items() for each in _stored(tenant, records)]


def _stored(tenant: str, records: Mapping[str, Record]) -> list[StoredObject]:
    told = {
        each: json.loads(found["payload"]) for each, found in records.items() if "payload" in found
    }
    markers = [said for said in told.values() if "chunk_hashes" in said]
    documents = {
        filter_key("document", said["document_id"]): said["document_id"] for said in markers
    }
    groups = {filter_key("group", each): each for m in markers for each in m["groups"] or ()}
    # words that are as their chunk is are not listed beside it
    found = dict.fromkeys(
        _chunk(tenant, str(documents.get(each["document"], each["document"])), each, groups)
        for each in records.values()
        if each.get("kind") in ("chunk", "words")
    )
    halves = [
        StoredObject(tenant=tenant, document_id=each, version=_NO_VERSION, kind="chunk", ordinal=0)
        for each, record in records.items()
        if (record.get("kind") == "words" and f"{each}{_PAGE}" not in records)
        or (each.endswith(_PAGE) and each.removesuffix(_PAGE) not in records)
    ]
    return [*found, *halves, *(_marker(tenant, said) for said in markers)]


def _chunk(
    tenant: str, document_id: str, record: Record, groups: Mapping[str, str]
) -> StoredObject:
    readers = (groups.get(each, each) for each in record["readers"] if each != OPEN)
    return StoredObject(
        tenant=tenant,
        document_id=document_id,
        version=record["version"],
        kind="chunk",
        ordinal=record["ordinal"],
        readers=tuple(sorted(readers)),
    )


def _marker(tenant: str, said: Mapping[str, Any]) -> StoredObject:
    return StoredObject(
        tenant=tenant,
        document_id=said["document_id"],
        version=said["version"],
        kind=said["kind"],
        readers=None if said["groups"] is None else tuple(sorted(said["groups"])),
        chunks=len(said["chunk_hashes"]) if said["kind"] == "content" else None,
    )
