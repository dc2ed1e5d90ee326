"""The fenced writes: put the chunks, make them current by a marker, settle."""

from __future__ import annotations

from uuid import UUID

from ragline.adapters.stores.marked.markers import DocumentState, Marker, MarkerKind
from ragline.adapters.stores.marked.objects import MarkedObjects
from ragline.errors import Unavailable
from ragline.ports.store import IndexedDocument, WriteResult

# one round is enough unless another writer interferes
_MAX_ROUNDS = 20


async def upsert(tenant: MarkedObjects, document: IndexedDocument) -> WriteResult:
    """Put the chunks, then the marker that makes them current.

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
        await tenant.put_parts(document, after.groups)
        await tenant.put_marker(flip)
    elif flip.groups is not None:
        await tenant.put_marker(flip)
    state = await settle(tenant, document_id)
    return _result(superseded=state.is_newer_than(version, gone=False))


async def delete(tenant: MarkedObjects, document_id: str, version: int) -> WriteResult:
    """Put the tombstone and remove the chunks; settling repeats until it finds none."""
    state = await tenant.state(document_id)
    if not state.is_newer_than(version, gone=True):
        tombstone = Marker(kind=MarkerKind.GONE, document_id=document_id, version=version)
        await tenant.put_marker(tombstone)
    state = await settle(tenant, document_id)
    return _result(superseded=state.is_newer_than(version, gone=True))


async def set_access(
    tenant: MarkedObjects, document_id: str, version: int, groups: tuple[str, ...]
) -> WriteResult:
    """Put the access marker, which takes effect for readers at once, and rewrite the chunks."""
    state = await tenant.state(document_id)
    if version >= state.access_version:
        stated = Marker(
            kind=MarkerKind.ACCESS, document_id=document_id, version=version, groups=groups
        )
        await tenant.put_marker(stated)
    state = await settle(tenant, document_id)
    return _result(superseded=state.access_version > version)


async def settle(tenant: MarkedObjects, document_id: str) -> DocumentState:
    """Bring the document's objects into the state that its markers describe, until all match."""
    for _ in range(_MAX_ROUNDS):
        state = await tenant.state(document_id)
        if not await _settle_once(tenant, document_id, state):
            return state
    raise Unavailable(f"other writers keep changing {document_id} in the store; try again")


async def _settle_once(tenant: MarkedObjects, document_id: str, state: DocumentState) -> bool:
    outdated: list[UUID] = []
    misread: list[UUID] = []
    for part in await tenant.unsettled(document_id, state):
        if state.is_outdated(part.version, part.ordinal):
            outdated.append(part.uuid)
        elif part.version == state.version:
            misread.append(part.uuid)
        # else a writer has not written its marker yet: it settles its chunks itself
    await tenant.drop(outdated, state.fallen)
    await tenant.give_to(state.groups, misread)
    return bool(outdated or misread or state.fallen)


def _result(*, superseded: bool) -> WriteResult:
    return WriteResult.SUPERSEDED if superseded else WriteResult.APPLIED
