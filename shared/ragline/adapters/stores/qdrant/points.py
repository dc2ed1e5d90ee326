"""Chunks and markers as Qdrant's points, and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from qdrant_client import models

from ragline.adapters.stores.analysis import clean
from ragline.adapters.stores.indexing import terms_of
from ragline.adapters.stores.marked.facets import facets_of
from ragline.adapters.stores.marked.keys import (
    access_key,
    chunk_key,
    document_key,
    filter_key,
    key,
    reader_keys,
)
from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.adapters.stores.marked.payload import (
    Payload,
    chunk_payload,
    marker_of,
    marker_payload,
    ticks,
)
from ragline.adapters.stores.sparse import SparseVector, chunk_vector, term_id
from ragline.ports.store import EmbeddedChunk, IndexedDocument

# the names of a chunk's vectors; markers have none
MEANING = "meaning"
WORDS = "words"
LITERAL = "literal"
# the point that says what the index was made with
IDENTITY = key("identity")
# what a point holds, beside what it is filtered by
_TOLD = "told"


def tenant_key(tenant: str) -> str:
    """Return the token of a tenant."""
    return filter_key("tenant", tenant)


def point_id(tenant: str, uuid: UUID) -> str:
    """Return the id of an object's point: all tenants are in one collection."""
    return str(key("point", tenant, uuid))


def chunk_points(
    tenant: str, document: IndexedDocument, groups: tuple[str, ...]
) -> list[models.PointStruct]:
    """Return a version's chunks as points that `groups` may read; analyses their text."""
    return [_chunk_point(tenant, document, chunk, groups) for chunk in document.chunks]


def _chunk_point(
    tenant: str, document: IndexedDocument, chunk: EmbeddedChunk, groups: tuple[str, ...]
) -> models.PointStruct:
    document_id, version = document.ref.document_id, document.version
    terms = terms_of(document, chunk)
    vectors: dict[str, Any] = {MEANING: [float(each) for each in chunk.embedding]}
    if words := chunk_vector(terms.relevance):
        vectors[WORDS] = vector(words)
    if terms.metadata:
        vectors[LITERAL] = vector(literal_vector(dict.fromkeys(terms.metadata, 1.0)))
    payload = {
        "tenant": tenant_key(tenant),
        "tenant_name": clean(tenant),  # for who looks into the collection
        "kind": MarkerKind.CHUNK.value,
        "document": document_key(document_id),
        "version": str(version),
        "ordinal": chunk.ordinal,
        **access_payload(groups),
        "facets": facets_of(document),
        "updated_at": ticks(document.updated_at) if document.updated_at else None,
        "literal": terms.metadata,
        _TOLD: chunk_payload(document, chunk),
    }
    return models.PointStruct(
        id=point_id(tenant, chunk_key(document_id, version, chunk.ordinal)),
        vector=vectors,
        payload={name: value for name, value in payload.items() if value is not None},
    )


def marker_point(tenant: str, marker: Marker) -> models.PointStruct:
    """Return a marker as a point; it has no vector, so no search finds it."""
    payload = {
        "tenant": tenant_key(tenant),
        "tenant_name": clean(tenant),  # for who looks into the collection
        "kind": marker.kind.value,
        "document": document_key(marker.document_id),
        _TOLD: marker_payload(marker),
    }
    return models.PointStruct(id=point_id(tenant, marker.uuid), vector={}, payload=payload)


def access_payload(groups: tuple[str, ...]) -> dict[str, Any]:
    """Return the payload of a chunk that says who may read it."""
    return {"readers": reader_keys(groups), "access": access_key(groups)}


def told(payload: Payload | None) -> dict[str, Any]:
    """Return what a point holds, beside what it is filtered by."""
    found: dict[str, Any] = (payload or {})[_TOLD]
    return found


def marker(payload: Payload | None) -> Marker:
    """Return the marker that a point holds."""
    return marker_of(told(payload))


def literal_vector(weights: dict[str, float]) -> SparseVector:
    """Return literal words, with weights, as a vector."""
    entries: dict[int, float] = {}
    for word, each in weights.items():
        index = term_id(word)
        entries[index] = max(each, entries.get(index, 0.0))
    return SparseVector.of(entries)


def vector(sparse: SparseVector) -> models.SparseVector:
    """Return a sparse vector as the client's type."""
    return models.SparseVector(indices=list(sparse.indices), values=list(sparse.values))
