"""The fenced writes: each is one transaction that first locks the document's row."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from pgvector import Vector

from ragline.adapters.stores.indexing import ChunkTerms, relevance_terms, terms_of
from ragline.adapters.stores.pgvector import postings
from ragline.ports.store import DocumentRef, EmbeddedChunk, IndexedDocument

# create the row first: a row that does not exist cannot be locked
_ADD_ROW = """
INSERT INTO documents (tenant, document_id) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
_LOCK = "SELECT version, gone FROM documents WHERE tenant = $1 AND document_id = $2 FOR UPDATE"
# if content and an access event of one version both state the access, the access event wins,
# whichever arrives first
_SET_ACCESS = """
UPDATE documents SET access_version = $3, access_by_event = $4, access = $5
WHERE tenant = $1 AND document_id = $2 AND (access_version, access_by_event) <= ($3, $4)
"""
_NAMED = "SELECT title, fresh FROM documents WHERE tenant = $1 AND document_id = $2"
_REMOVE = """
DELETE FROM chunks WHERE tenant = $1 AND document_id = $2
RETURNING id, text, heading_path, length
"""
_SET_CONTENT = """
UPDATE documents SET version = $3, gone = false, content_hash = $4, chunk_hashes = $5,
    title = $6, url = $7, media_type = $8, language = $9, tags = $10, attributes = $11,
    updated_at = $12, fresh = true
WHERE tenant = $1 AND document_id = $2
"""
_SET_GONE = """
UPDATE documents SET version = $3, gone = true, content_hash = NULL, chunk_hashes = '{}',
    title = '', url = NULL, media_type = NULL, language = NULL, tags = '{}', attributes = '{}',
    updated_at = NULL, fresh = false
WHERE tenant = $1 AND document_id = $2
"""
_NEXT_IDS = "SELECT nextval(pg_get_serial_sequence('chunks', 'id')) FROM generate_series(1, $1)"
_ADD_TOTALS = """
INSERT INTO totals AS t VALUES ($1, $2, $3, $4) ON CONFLICT (tenant) DO UPDATE SET
    chunks = t.chunks + excluded.chunks, length = t.length + excluded.length,
    fresh = t.fresh + excluded.fresh
RETURNING fresh
"""
_CHUNK_COLUMNS = (
    "tenant", "document_id", "ordinal", "id", "text", "span_start", "span_end", "heading_path",
    "metadata_words", "length", "embedding",
)  # fmt: skip

AnalysedChunk = tuple[EmbeddedChunk, ChunkTerms]


def analysed(document: IndexedDocument) -> list[AnalysedChunk]:
    """Analyse every chunk. Takes a fraction of a millisecond each: call it off the event loop."""
    return [(chunk, terms_of(document, chunk)) for chunk in document.chunks]


async def lock(connection: asyncpg.Connection, ref: DocumentRef) -> tuple[int, bool]:
    """Lock the document's row (created if missing); return its version and whether it is gone."""
    await connection.execute(_ADD_ROW, ref.tenant, ref.document_id)
    row = await connection.fetchrow(_LOCK, ref.tenant, ref.document_id)
    return row["version"], row["gone"]


async def set_access(
    connection: asyncpg.Connection,
    ref: DocumentRef,
    *,
    version: int,
    access: tuple[str, ...],
    by_event: bool,
) -> bool:
    """Set who may read, unless a higher version states it; return whether it was set."""
    status = await connection.execute(
        _SET_ACCESS, ref.tenant, ref.document_id, version, by_event, list(access)
    )
    return bool(status == "UPDATE 1")


@dataclass(frozen=True, slots=True)
class _Removed:
    """What was removed: chunks, their words together, and those of them with fresh postings."""

    chunks: int
    length: int
    fresh: int


async def replace(
    connection: asyncpg.Connection, document: IndexedDocument, chunks: Sequence[AnalysedChunk]
) -> bool:
    """Replace the locked document's content and chunks; return whether `merge` is due."""
    ref = document.ref
    removed = await _remove_chunks(connection, ref)
    await connection.execute(_SET_CONTENT, *_content_row(document))
    ids = [row[0] for row in await connection.fetch(_NEXT_IDS, len(chunks))]
    await connection.copy_records_to_table(
        "chunks", columns=_CHUNK_COLUMNS, records=_chunk_rows(ref, chunks, ids)
    )
    words = [(key, terms.relevance) for key, (_, terms) in zip(ids, chunks, strict=True)]
    await postings.post(connection, ref.tenant, words)
    length = sum(len(terms.relevance) for _, terms in chunks)
    fresh = await connection.fetchval(
        _ADD_TOTALS,
        ref.tenant,
        len(ids) - removed.chunks,
        length - removed.length,
        len(ids) - removed.fresh,
    )
    return bool(fresh >= postings.MERGED_FROM)


async def remove(connection: asyncpg.Connection, ref: DocumentRef, *, version: int) -> None:
    """Remove the locked document's chunks and leave a tombstone at `version`."""
    removed = await _remove_chunks(connection, ref)
    await connection.execute(_SET_GONE, ref.tenant, ref.document_id, version)
    await connection.execute(
        _ADD_TOTALS, ref.tenant, -removed.chunks, -removed.length, -removed.fresh
    )


async def _remove_chunks(connection: asyncpg.Connection, ref: DocumentRef) -> _Removed:
    named = await connection.fetchrow(_NAMED, ref.tenant, ref.document_id)
    rows = await connection.fetch(_REMOVE, ref.tenant, ref.document_id)
    if rows:
        terms = await asyncio.to_thread(_distinct_terms, named["title"], rows)
        gone = postings.StoredChunks([row["id"] for row in rows], terms, named["fresh"])
        await postings.unpost(connection, ref.tenant, gone)
    return _Removed(
        chunks=len(rows),
        length=sum(row["length"] for row in rows),
        fresh=len(rows) if named["fresh"] else 0,
    )


def _distinct_terms(title: str, rows: Sequence[asyncpg.Record]) -> list[str]:
    """Return the terms under which stored chunks are posted: the analysis is the collection's."""
    terms: set[str] = set()
    for row in rows:
        terms.update(relevance_terms(title, row["heading_path"], row["text"]))
    return sorted(terms)


def _content_row(document: IndexedDocument) -> tuple[Any, ...]:
    return (
        document.ref.tenant,
        document.ref.document_id,
        document.version,
        document.content_hash,
        [chunk.content_hash for chunk in document.chunks],
        document.title,
        document.url,
        document.media_type,
        document.language,
        list(document.tags),
        json.dumps(document.attributes),
        document.updated_at,
    )


def _chunk_rows(
    ref: DocumentRef, chunks: Sequence[AnalysedChunk], ids: list[int]
) -> list[tuple[Any, ...]]:
    return [
        (
            ref.tenant,
            ref.document_id,
            chunk.ordinal,
            key,
            chunk.text,
            chunk.start,
            chunk.end,
            list(chunk.heading_path),
            terms.metadata,
            len(terms.relevance),
            Vector(list(chunk.embedding)),
        )
        for (chunk, terms), key in zip(chunks, ids, strict=True)
    ]
