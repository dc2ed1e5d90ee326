"""Combines a change, its chunks and their vectors into the document that the store accepts."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence

from ragline.contracts.documents import ChunkCounts, DocumentChanged
from ragline.contracts.languages import primary_language
from ragline.embedded_text import embedded_text
from ragline.ports.store import DocumentRef, EmbeddedChunk, IndexedDocument
from ragline_ingestor.chunking import Chunk
from ragline_ingestor.document import Content
from ragline_ingestor.prepared import Prepared


def draft(event: DocumentChanged, content: Content, prepared: Prepared) -> IndexedDocument:
    """Return the document with chunks that have no vectors yet."""
    title = event.title or prepared.title or ""
    language = primary_language(event.language or prepared.language)
    chunks = [_chunk(title, ordinal, chunk) for ordinal, chunk in enumerate(prepared.chunks)]
    return IndexedDocument(
        ref=DocumentRef(tenant=event.tenant, document_id=event.document_id),
        version=event.version,
        chunks=chunks,
        content_hash=_content_hash(event, content, title, prepared.media_type),
        title=title,
        url=event.url,
        media_type=prepared.media_type,
        language=language,
        tags=event.tags,
        attributes=event.attributes,
        access=event.access,
        updated_at=event.updated_at,
    )


def texts_to_embed(document: IndexedDocument) -> list[str]:
    """Return the text that is embedded for each chunk, in order."""
    return [embedded_text(document.title, c.heading_path, c.text) for c in document.chunks]


def chunk_hashes(document: IndexedDocument) -> tuple[str, ...]:
    """Return the hashes of the chunks, by ordinal."""
    return tuple(chunk.content_hash for chunk in document.chunks)


def chunk_counts(before: Sequence[str], after: Sequence[str]) -> ChunkCounts:
    """Compare two versions' chunk hashes; a chunk that only moved is kept."""
    old, new = Counter(before), Counter(after)
    kept = (old & new).total()
    return ChunkCounts(added=new.total() - kept, kept=kept, removed=old.total() - kept)


def _chunk(title: str, ordinal: int, chunk: Chunk) -> EmbeddedChunk:
    return EmbeddedChunk(
        ordinal=ordinal,
        text=chunk.text,
        start=chunk.start,
        end=chunk.end,
        heading_path=chunk.heading_path,
        content_hash=_hash(title, chunk.heading_path, chunk.text),
        embedding=(),
    )


def _content_hash(event: DocumentChanged, content: Content, title: str, media_type: str) -> str:
    """Hash all that a reader or a filter sees of the document; access has its own version.

    Values derived from the content (title, detected language) are covered by the content.
    """
    stated: Mapping[str, object] = event.model_dump(
        mode="json", include={"url", "tags", "attributes", "language", "updated_at"}
    )
    return _hash(hashlib.sha256(content.data).hexdigest(), title, media_type, stated)


def _hash(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
