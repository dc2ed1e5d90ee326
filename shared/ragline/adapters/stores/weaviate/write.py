"""The fenced writes: insert the chunks, make them current by a marker, settle."""

from __future__ import annotations

import asyncio
from uuid import UUID

from weaviate.classes.query import Filter

from ragline.adapters.stores.weaviate.keys import access_key
from ragline.adapters.stores.weaviate.markers import DocumentState, Marker, MarkerKind
from ragline.adapters.stores.weaviate.objects import (
    Object,
    access_properties,
    chunk_objects,
    marker_object,
)
from ragline.adapters.stores.weaviate.scope import Condition, chunks_of
from ragline.adapters.stores.weaviate.tenant import Found, TenantObjects
from ragline.errors import Unavailable
from ragline.ports.store import IndexedDocument, WriteResult

# one round is enough unless another writer interferes
_MAX_ROUNDS = 20
# chunks whose access is rewritten in one call, which transfers their text and vectors too
_REWRITE = 500


async def upsert(tenant: TenantObjects, document: IndexedDocument) -> WriteResult:
    """Insert the chunks, then the marker that makes them current.

    The marker carries the access that the document states, so both take effect at once. It is also
    written when the content is superseded, because its access may still count.
    """
    document_id, version = document.ref.document_id, document.version
    flip = Marker(
        kind=MarkerKind.CONTENT,
        document_id=document_id,
        version=version,
        groups=document.access,
        content_hash=document.content_hash,
        chunk_hashes=tuple(chunk.content_hash for chunk in document.chunks),
    )
    state = await tenant.state(document_id)
    if not state.is_newer_than(version, gone=False):
        after = state.joined_by(flip)
        await tenant.insert(await asyncio.to_thread(chunk_objects, document, after.groups))
        await tenant.insert([marker_object(flip)])
    elif flip.groups is not None:
        await tenant.insert([marker_object(flip)])
    state = await settle(tenant, document_id)
    return _result(superseded=state.is_newer_than(version, gone=False))


async def delete(tenant: TenantObjects, document_id: str, version: int) -> WriteResult:
    """Insert the tombstone and remove the chunks; settling repeats until it finds none."""
    state = await tenant.state(document_id)
    if not state.is_newer_than(version, gone=True):
        tombstone = Marker(kind=MarkerKind.GONE, document_id=document_id, version=version)
        await tenant.insert([marker_object(tombstone)])
    state = await settle(tenant, document_id)
    return _result(superseded=state.is_newer_than(version, gone=True))


async def set_access(
    tenant: TenantObjects, document_id: str, version: int, groups: tuple[str, ...]
) -> WriteResult:
    """Insert the access marker, which takes effect for readers at once, and rewrite the chunks."""
    state = await tenant.state(document_id)
    if version >= state.access_version:
        stated = Marker(
            kind=MarkerKind.ACCESS, document_id=document_id, version=version, groups=groups
        )
        await tenant.insert([marker_object(stated)])
    state = await settle(tenant, document_id)
    return _result(superseded=state.access_version > version)


async def settle(tenant: TenantObjects, document_id: str) -> DocumentState:
    """Bring the document's objects into the state that its markers describe, until all match."""
    for _ in range(_MAX_ROUNDS):
        state = await tenant.state(document_id)
        if not await _settle_once(tenant, document_id, state):
            return state
    raise Unavailable(f"Weaviate: other writers keep changing {document_id}; try again")


async def _settle_once(tenant: TenantObjects, document_id: str, state: DocumentState) -> bool:
    outdated: list[UUID] = []
    misread: list[UUID] = []
    for found in await tenant.find(_unsettled(document_id, state), ["version", "ordinal"]):
        version = int(found.properties["version"])
        if state.is_outdated(version, found.properties["ordinal"]):
            outdated.append(found.uuid)
        elif version == state.version:
            misread.append(found.uuid)
        # else a writer has not written its marker yet: it settles its chunks itself
    await tenant.remove([*outdated, *state.fallen])
    await _rewrite_access(tenant, misread, state.groups)
    return bool(outdated or misread or state.fallen)


def _unsettled(document_id: str, state: DocumentState) -> Condition:
    """Return the filter for the chunks that differ from what `state` requires."""
    chunks = len(state.content.chunk_hashes) if state.content else 0
    wrong = [
        Filter.by_property("version").not_equal(str(state.version)),
        Filter.by_property("ordinal").greater_or_equal(chunks),
        Filter.by_property("access").not_equal(access_key(state.groups)),
    ]
    return chunks_of(document_id) & Filter.any_of(wrong)


async def _rewrite_access(tenant: TenantObjects, ids: list[UUID], groups: tuple[str, ...]) -> None:
    """Write the chunks again, unchanged except for who may read them."""
    for at in range(0, len(ids), _REWRITE):
        where = Filter.by_id().contains_any(ids[at : at + _REWRITE])
        found = await tenant.find(where, vectors=True)
        await tenant.insert([_for_readers(each, groups) for each in found])


def _for_readers(found: Found, groups: tuple[str, ...]) -> Object:
    kept = {name: value for name, value in found.properties.items() if value is not None}
    return Object(uuid=found.uuid, properties=kept | access_properties(groups), vector=found.vector)


def _result(*, superseded: bool) -> WriteResult:
    return WriteResult.SUPERSEDED if superseded else WriteResult.APPLIED
