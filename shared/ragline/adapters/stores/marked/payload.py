"""Chunks and markers as JSON values, for stores that keep such values as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ragline.adapters.stores import indexing
from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.sources import SourcePart, SourceText
from ragline.ports.store import EmbeddedChunk, IndexedDocument

Payload = Mapping[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def ticks(instant: datetime) -> int:
    """Return an instant as microseconds since 1970, which compare exactly."""
    return (instant - _EPOCH) // _TICK


def chunk_payload(document: IndexedDocument, chunk: EmbeddedChunk) -> dict[str, Any]:
    """Return what readers need of a chunk."""
    return {
        "document_id": document.ref.document_id,
        "version": document.version,
        "ordinal": chunk.ordinal,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "title": document.title,
        "heading_path": list(chunk.heading_path),
        "url": document.url,
        "media_type": document.media_type,
        "language": document.language,
        "tags": list(document.tags),
        "attributes": document.attributes,
        "updated_at": document.updated_at.isoformat() if document.updated_at else None,
        "content_hash": chunk.content_hash,
    }


def marker_payload(marker: Marker) -> dict[str, Any]:
    """Return a marker."""
    return {
        "kind": marker.kind.value,
        "document_id": marker.document_id,
        "version": marker.version,
        "groups": None if marker.groups is None else list(marker.groups),
        "content_hash": marker.content_hash,
        "chunk_hashes": list(marker.chunk_hashes),
    }


def marker_of(payload: Payload) -> Marker:
    """Return the marker that a payload holds."""
    groups = payload["groups"]
    return Marker(
        kind=MarkerKind(payload["kind"]),
        document_id=payload["document_id"],
        version=payload["version"],
        groups=None if groups is None else tuple(groups),
        content_hash=payload["content_hash"],
        chunk_hashes=tuple(payload["chunk_hashes"]),
    )


def candidate(payload: Payload, kind: SearchKind, score: float) -> Candidate:
    """Return a chunk as a search hit."""
    return indexing.candidate(
        document_id=payload["document_id"],
        version=payload["version"],
        ordinal=payload["ordinal"],
        title=payload["title"],
        heading_path=payload["heading_path"],
        url=payload["url"],
        text=payload["text"],
        start=payload["start"],
        end=payload["end"],
        updated_at=_instant(payload),
        scores={kind: score},
    )


def source_text(chunks: Sequence[Payload], content: Marker) -> SourceText | None:
    """Return a version from its chunks, in any order; None if one is missing or is another."""
    found = sorted(chunks, key=lambda chunk: int(chunk["ordinal"]))
    if tuple(each["content_hash"] for each in found) != content.chunk_hashes:
        return None
    first = found[0]
    return SourceText(
        version=first["version"],
        title=first["title"],
        url=first["url"],
        media_type=first["media_type"],
        language=first["language"],
        tags=tuple(first["tags"]),
        updated_at=_instant(first),
        parts=tuple(map(_part, found)),
    )


def _part(payload: Payload) -> SourcePart:
    return SourcePart(
        start=payload["start"],
        end=payload["end"],
        text=payload["text"],
        heading_path=tuple(payload["heading_path"]),
    )


def _instant(payload: Payload) -> datetime | None:
    stated = payload["updated_at"]
    return datetime.fromisoformat(stated) if stated else None
