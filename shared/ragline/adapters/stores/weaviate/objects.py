"""Chunks and markers as Weaviate objects, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from weaviate.classes.data import DataObject

from ragline.adapters.stores import indexing
from ragline.adapters.stores.indexing import terms_of
from ragline.adapters.stores.marked.facets import facets_of
from ragline.adapters.stores.marked.keys import access_key, chunk_key, document_key, reader_keys
from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.sources import SourcePart, SourceText
from ragline.ports.store import EmbeddedChunk, IndexedDocument

Properties = Mapping[str, Any]
Object = DataObject[Properties, None]

# analysed words begin and end with a letter or a digit; other characters occur only in between
_FILL = "."

CANDIDATE_PROPERTIES = [
    "document_id",
    "version",
    "ordinal",
    "title",
    "heading_path",
    "url",
    "text",
    "start",
    "end",
    "updated_at",
]
PART_PROPERTIES = ["ordinal", "start", "end", "text", "heading_path", "content_hash"]
# what readers need of a marker; only writers need the hashes
VERDICT_PROPERTIES = ["kind", "document_id", "version", "states_access", "groups"]
MARKER_PROPERTIES = [*VERDICT_PROPERTIES, "content_hash", "chunk_hashes"]


def chunk_objects(document: IndexedDocument, groups: tuple[str, ...]) -> list[Object]:
    """Return a document's chunks as objects that `groups` may read; analyses their text."""
    return [_chunk_object(document, chunk, groups) for chunk in document.chunks]


def access_properties(groups: tuple[str, ...]) -> dict[str, Any]:
    """Return the properties of a chunk that say who may read it."""
    return {"readers": reader_keys(groups), "access": access_key(groups)}


def _chunk_object(
    document: IndexedDocument, chunk: EmbeddedChunk, groups: tuple[str, ...]
) -> Object:
    document_id = document.ref.document_id
    terms = terms_of(document, chunk)
    properties = {
        "kind": MarkerKind.CHUNK,
        "document": document_key(document_id),
        "document_id": document_id,
        "version": str(document.version),
        "ordinal": chunk.ordinal,
        **access_properties(groups),
        "facets": facets_of(document),
        "updated_at": document.updated_at,
        "relevance": " ".join([*terms.relevance, *_filling(terms.relevance)]),
        "metadata": " ".join(terms.metadata),
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "title": document.title,
        "heading_path": list(chunk.heading_path),
        "url": document.url,
        "media_type": document.media_type,
        "language": document.language,
        "tags": list(document.tags),
        "attributes": json.dumps(document.attributes),
        "content_hash": chunk.content_hash,
    }
    return DataObject(
        uuid=chunk_key(document_id, document.version, chunk.ordinal),
        properties={name: value for name, value in properties.items() if value is not None},
        vector=list(chunk.embedding),
    )


def _filling(terms: Sequence[str]) -> Iterator[str]:
    """Yield as many filler words as `terms` has repetitions; no question can contain them.

    The server uses the number of *distinct* words as the length that BM25 divides by, so a chunk
    that repeats words would count as short. (Its newer index, `usingBlockMaxWAND`, counts all
    words, but loses hits, also in 1.35: `schema.check_word_index`.)
    """
    return (f"{_FILL}{number}" for number in range(len(terms) - len(set(terms))))


def marker_object(marker: Marker) -> Object:
    """Return a marker as an object; it has no vector and no words, so no search finds it."""
    properties = {
        "kind": marker.kind,
        "document": document_key(marker.document_id),
        "document_id": marker.document_id,
        "version": str(marker.version),
        "states_access": marker.groups is not None,
        "groups": list(marker.groups or ()),
        "chunk_hashes": list(marker.chunk_hashes),
    }
    if marker.content_hash is not None:
        properties["content_hash"] = marker.content_hash
    return DataObject(uuid=marker.uuid, properties=properties)


def marker(properties: Properties) -> Marker:
    """Return the marker that an object's properties hold."""
    groups = tuple(properties.get("groups") or ())
    return Marker(
        kind=MarkerKind(properties["kind"]),
        document_id=properties["document_id"],
        version=int(properties["version"]),
        groups=groups if properties["states_access"] else None,
        content_hash=properties.get("content_hash"),
        chunk_hashes=tuple(properties.get("chunk_hashes") or ()),
    )


def candidate(properties: Properties, kind: SearchKind, score: float) -> Candidate:
    """Return a search hit as the port's type."""
    return indexing.candidate(
        document_id=properties["document_id"],
        version=int(properties["version"]),
        ordinal=properties["ordinal"],
        title=properties.get("title") or "",
        heading_path=properties.get("heading_path") or (),
        url=properties.get("url"),
        text=properties["text"],
        start=properties["start"],
        end=properties["end"],
        updated_at=properties.get("updated_at"),
        scores={kind: score},
    )


def source_text(first: Properties, chunks: Sequence[Properties]) -> SourceText:
    """Return a document's chunks as the port's type; `first` holds what is common to all."""
    return SourceText(
        version=int(first["version"]),
        title=first.get("title") or "",
        url=first.get("url"),
        media_type=first.get("media_type"),
        language=first.get("language"),
        tags=tuple(first.get("tags") or ()),
        updated_at=first.get("updated_at"),
        parts=tuple(map(_part, chunks)),
    )


def _part(properties: Properties) -> SourcePart:
    return SourcePart(
        start=properties["start"],
        end=properties["end"],
        text=properties["text"],
        heading_path=tuple(properties.get("heading_path") or ()),
    )
