"""The fenced writes: insert the chunks, make them current by a marker, settle.

Between the steps a writer waits until searches have seen what it wrote. So whoever sees a marker
can find all chunks that it names, and what a writer settles is no older than its own marker.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pinecone.models.documents.document import Document

from ragline.adapters.stores.marked.markers import MARKERS, DocumentState, Marker, MarkerKind
from ragline.adapters.stores.pinecone.keys import RecordName, access_key, document_key, reader_keys
from ragline.adapters.stores.pinecone.records import (
    VERDICT_FIELDS,
    MarkerFacts,
    chunk_records,
    document_vector,
    marker,
    marker_records,
    readers_fields,
    readers_of,
    seal_record,
)
from ragline.adapters.stores.pinecone.scope import ABOUT, of_documents, unsettled
from ragline.adapters.stores.pinecone.tenant import TenantDocuments
from ragline.errors import Unavailable
from ragline.ports.store import IndexedDocument, WriteResult

# two rounds are enough unless another writer interferes, and one per 1,000 chunks
_MAX_ROUNDS = 200


async def upsert(
    tenant: TenantDocuments, document: IndexedDocument, dimensions: int
) -> WriteResult:
    """Insert the chunks, then the marker that makes them current.

    The marker carries the access that the document states, so both take effect at once. It is also
    written when the content is superseded, because its access may still count.
    """
    document_id, version = document.ref.document_id, document.version
    facts = MarkerFacts(
        document_id=document_id,
        groups=document.access,
        content_hash=document.content_hash,
        chunk_hashes=tuple(chunk.content_hash for chunk in document.chunks),
    )
    state = await tenant.state(document_id)
    current = not state.is_newer_than(version, gone=False)
    position = 0
    if current:
        readers = readers_of(_with_access(state, document))
        records = await asyncio.to_thread(chunk_records, document, readers)
        position = await tenant.namespace.insert(records)
    if current or facts.groups is not None:
        position = await _mark(
            tenant, MarkerKind.CONTENT, facts, version, dimensions=dimensions, at=position
        )
    state = await settle(tenant, document_id, dimensions, at=position)
    return _result(superseded=state.is_newer_than(version, gone=False))


async def delete(
    tenant: TenantDocuments, document_id: str, version: int, dimensions: int
) -> WriteResult:
    """Insert the tombstone and remove the chunks; settling repeats until it finds none."""
    state = await tenant.state(document_id)
    position = 0
    if not state.is_newer_than(version, gone=True):
        facts = MarkerFacts(document_id=document_id)
        position = await _mark(tenant, MarkerKind.GONE, facts, version, dimensions=dimensions)
    state = await settle(tenant, document_id, dimensions, at=position)
    return _result(superseded=state.is_newer_than(version, gone=True))


async def set_access(
    tenant: TenantDocuments,
    document_id: str,
    version: int,
    groups: tuple[str, ...],
    dimensions: int,
) -> WriteResult:
    """Insert the access marker, which takes effect for readers who see it, and mark the chunks."""
    state = await tenant.state(document_id)
    position = 0
    if version >= state.access_version:
        facts = MarkerFacts(document_id=document_id, groups=groups)
        position = await _mark(tenant, MarkerKind.ACCESS, facts, version, dimensions=dimensions)
    state = await settle(tenant, document_id, dimensions, at=position)
    return _result(superseded=state.access_version > version)


async def settle(
    tenant: TenantDocuments, document_id: str, dimensions: int, *, at: int = 0
) -> DocumentState:
    """Bring the document's records into the state that its markers describe, until all match.

    Args:
        tenant: whose document it is.
        document_id: which one.
        dimensions: of the collection's vectors.
        at: the position in the log of what this writer has written; 0 if it has written nothing,
            and the end of the log is to be looked up.
    """
    key = document_key(document_id)
    at = at or await tenant.namespace.insert([seal_record(dimensions)])
    for _ in range(_MAX_ROUNDS):
        found = await _look(tenant, key, at)
        if found.settled:
            return found.state
        removed = await tenant.namespace.remove(found.outdated)
        changed = await tenant.namespace.change(
            [{"_id": name, **readers_fields(readers_of(found.state))} for name in found.misread]
        )
        at = max(at, removed, changed)
    raise Unavailable(f"Pinecone: other writers keep changing {document_id}; try again")


@dataclass(frozen=True, slots=True)
class _Look:
    state: DocumentState
    outdated: list[str]
    misread: list[str]

    @property
    def settled(self) -> bool:
        return not self.outdated and not self.misread


async def _look(tenant: TenantDocuments, key: str, at: int) -> _Look:
    """Return the document's state, and the records that differ from it."""
    question = document_vector([key])
    where = of_documents([key], [*MARKERS, ABOUT])
    fields = (*VERDICT_FIELDS, "of", "states")
    found = await tenant.namespace.sparse(question, where, fields=fields, at=at)
    names = {marker(each): each.id for each in found.hits if each.get("kind") != ABOUT}
    state = DocumentState(tuple(names))
    standing = (state.content, state.access)
    outdated = [name for each, name in names.items() if each not in standing]
    kept = {(each.kind.value, each.version) for each in standing if each is not None}
    for each in found.hits:
        if each.get("kind") != ABOUT or (each.get("of"), int(each.get("version"))) in kept:
            continue
        if _fell(state, each):
            outdated.append(each.id)
        # else a writer has not written its marker yet

    chunks = len(state.content.chunk_hashes) if state.content else 0
    where = unsettled(
        key, version=state.version, chunks=chunks, access=access_key(readers_of(state))
    )
    misread = []
    # no older than the markers: what a newer marker names was there before it
    for hit in (await tenant.namespace.sparse(question, where, at=max(at, found.position))).hits:
        name = RecordName.parse(hit.id)
        if state.is_outdated(name.version, name.ordinal):
            outdated.append(hit.id)
        elif name.version == state.version:
            misread.append(hit.id)
        # else a writer has not written its marker yet: it settles its chunks itself
    return _Look(state, outdated, misread)


def _fell(state: DocumentState, piece: Document) -> bool:
    """Return whether the marker that a further piece belongs to could not count any more."""
    kind, version = MarkerKind(piece.get("of")), int(piece.get("version"))
    by_event = kind is MarkerKind.ACCESS
    as_content = by_event or state.is_newer_than(version, gone=kind is MarkerKind.GONE)
    order = state.access_version, state.stored().access_by_event
    return as_content and (not piece.get("states") or (version, by_event) < order)


async def _mark(
    tenant: TenantDocuments,
    kind: MarkerKind,
    facts: MarkerFacts,
    version: int,
    *,
    dimensions: int,
    at: int = 0,
) -> int:
    """Write a marker when searches have seen position `at`; return the marker's position."""
    further, record = marker_records(kind, facts, version, dimensions=dimensions)
    at = max(at, await tenant.namespace.insert(further))
    if at:
        await tenant.state(facts.document_id, at=at)
    return await tenant.namespace.insert([record])


def _with_access(state: DocumentState, document: IndexedDocument) -> DocumentState:
    """Return the state that the document's marker will lead to."""
    key = document_key(document.ref.document_id)
    groups = document.access
    tokens = None if groups is None else tuple(reader_keys(groups) if groups else ())
    stated = Marker(
        kind=MarkerKind.CONTENT, document_id=key, version=document.version, groups=tokens
    )
    return state.joined_by(stated)


def _result(*, superseded: bool) -> WriteResult:
    return WriteResult.SUPERSEDED if superseded else WriteResult.APPLIED
