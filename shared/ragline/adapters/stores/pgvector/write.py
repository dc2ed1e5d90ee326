"""The fenced writes: each is one transaction that first locks the document's row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import asyncpg
from pgvector import Vector

from ragline.adapters.stores.indexing import ChunkTerms, terms_of
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
_REMOVE = """
WITH removed AS (
    DELETE FROM chunks WHERE tenant = $1 AND document_id = $2 RETURNING id, length
), unposted AS (
    DELETE FROM postings WHERE chunk_id IN (SELECT id FROM removed)
)
SELECT count(*) AS chunks, coalesce(sum(length), 0) AS length FROM removed
"""
_SET_CONTENT = """
UPDATE documents SET version = $3, gone = false, content_hash = $4, chunk_hashes = $5,
    title = $6, url = $7, media_type = $8, language = $9, tags = $10, attributes = $11,
    updated_at = $12
WHERE tenant = $1 AND document_id = $2
"""
_SET_GONE = """
UPDATE documents SET version = $3, gone = true, content_hash = NULL, chunk_hashes = '{}',
    title = '', url = NULL, media_type = NULL, language = NULL, tags = '{}', attributes = '{}',
    updated_at = NULL
WHERE tenant = $1 AND document_id = $2
"""
_NEXT_IDS = "SELECT nextval(pg_get_serial_sequence('chunks', 'id')) FROM generate_series(1, $1)"
_ADD_TOTALS = """
INSERT INTO totals AS t VALUES ($1, $2, $3) ON CONFLICT (tenant)
DO UPDATE SET chunks = t.chunks + excluded.chunks, length = t.length + excluded.length
"""
_CHUNK_COLUMNS = (
    "tenant", "document_id", "ordinal", "id", "text", "span_start", "span_end", "heading_path",
    "metadata_words", "length", "embedding",
)  # fmt: skip
_POSTING_COLUMNS = ("tenant", "term", "chunk_id", "frequency", "length")


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


async def replace(
    connection: asyncpg.Connection, document: IndexedDocument, chunks: Sequence[AnalysedChunk]
) -> None:
    """Replace the locked document's content and chunks."""
    ref = document.ref
    removed = await connection.fetchrow(_REMOVE, ref.tenant, ref.document_id)
    await connection.execute(_SET_CONTENT, *_content_row(document))
    ids = [row[0] for row in await connection.fetch(_NEXT_IDS, len(chunks))]
    await connection.copy_records_to_table(
        "chunks", columns=_CHUNK_COLUMNS, records=_chunk_rows(ref, chunks, ids)
    )
    await connection.copy_records_to_table(
        "postings", columns=_POSTING_COLUMNS, records=_posting_rows(ref, chunks, ids)
    )
    length = sum(len(terms.relevance) for _, terms in chunks)
    await connection.execute(
        _ADD_TOTALS, ref.tenant, len(ids) - removed["chunks"], length - removed["length"]
    )


async def remove(connection: asyncpg.Connection, ref: DocumentRef, *, version: int) -> None:
    """Remove the locked document's chunks and leave a tombstone at `version`."""
    removed = await connection.fetchrow(_REMOVE, ref.tenant, ref.document_id)
    await connection.execute(_SET_GONE, ref.tenant, ref.document_id, version)
    await connection.execute(_ADD_TOTALS, ref.tenant, -removed["chunks"], -removed["length"])


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


def _posting_rows(
    ref: DocumentRef, chunks: Sequence[AnalysedChunk], ids: list[int]
) -> list[tuple[Any, ...]]:
    return [
        (ref.tenant, term, key, frequency, len(terms.relevance))
        for (_, terms), key in zip(chunks, ids, strict=True)
        for term, frequency in Counter(terms.relevance).items()
    ]
