"""The postings of keyword search in tables: written with a document, merged later, read by term.

A document's postings come into `fresh_blocks`, a row for each of its terms. When a tenant has many
of them they are merged into `posting_blocks`, a row for each term and bucket of chunk ids. Writers
therefore never wait for each other's terms, and a search reads few rows, however many chunks hold
a word.
"""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from ragline.adapters.stores.bm25 import BM25_B, BM25_K1
from ragline.adapters.stores.pgvector.buckets import BUCKET_BITS, MOST, place_of

# so many chunks of a tenant may have postings of their own; a search reads those document by
# document
MERGED_FROM = 4_096
_MERGED_AT_ONCE = 16_384

_COLUMNS = (
    "tenant", "term", "bucket", "lead", "count", "peak", "average", "places", "frequencies",
    "lengths",
)  # fmt: skip
_AVERAGE = "SELECT length::float8 / chunks FROM totals WHERE tenant = $1 AND length > 0"
_UNPOST_FRESH = """
DELETE FROM fresh_blocks WHERE tenant = $1 AND bucket = $2 AND lead = $3 AND term = ANY($4::text[])
"""
_MERGED = """
SELECT term, places, frequencies, lengths FROM posting_blocks
WHERE tenant = $1 AND bucket = $2 AND term = ANY($3::text[]) ORDER BY term FOR UPDATE
"""
_UNPOST = "DELETE FROM posting_blocks WHERE tenant = $1 AND bucket = $2 AND term = ANY($3::text[])"
_REPLACE = """
UPDATE posting_blocks p
SET count = n.count, places = n.places, frequencies = n.frequencies, lengths = n.lengths
FROM unnest($3::text[], $4::integer[], $5::bytea[], $6::bytea[], $7::bytea[])
    AS n (term, count, places, frequencies, lengths)
WHERE p.tenant = $1 AND p.bucket = $2 AND p.term = n.term
"""
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('ragline merge ' || $1, 0))"
# a document that a writer has locked stays fresh: its chunks may be replaced at any moment
_FRESH_DOCUMENTS = """
SELECT document_id FROM documents WHERE tenant = $1 AND fresh
ORDER BY document_id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_LEADS = """
SELECT id >> $3::integer AS bucket, min(id & $4::bigint)::integer AS lead, count(*) AS chunks
FROM chunks WHERE tenant = $1 AND document_id = ANY($2::text[]) GROUP BY document_id, bucket
"""
# rows are locked in the order in which `unpost` locks them, so that neither waits for the other
_MERGE = """
WITH moved AS (
    DELETE FROM fresh_blocks f USING unnest($2::bigint[], $3::integer[]) AS d (bucket, lead)
    WHERE f.tenant = $1 AND f.bucket = d.bucket AND f.lead = d.lead RETURNING f.*
)
INSERT INTO posting_blocks AS p
SELECT $1, term, bucket, sum(count), max(peak * greatest(1, $4::float8 / average)), $4::float8,
    string_agg(places, ''), string_agg(frequencies, ''), string_agg(lengths, '')
FROM moved GROUP BY term, bucket ORDER BY bucket, term
ON CONFLICT (tenant, term, bucket) DO UPDATE SET
    count = p.count + excluded.count,
    peak = greatest(p.peak * greatest(1, excluded.average / p.average), excluded.peak),
    average = excluded.average,
    places = p.places || excluded.places,
    frequencies = p.frequencies || excluded.frequencies,
    lengths = p.lengths || excluded.lengths
"""
_MARK_MERGED = """
UPDATE documents SET fresh = false WHERE tenant = $1 AND document_id = ANY($2::text[])
"""
_COUNT_MERGED = "UPDATE totals SET fresh = fresh - $2 WHERE tenant = $1"

ChunkWords = tuple[int, Sequence[str]]
"""A chunk's id and its terms, each repeated as often as it counts."""


@dataclass(frozen=True, slots=True)
class StoredChunks:
    """The chunks of a document that are to go: their ids and their distinct terms."""

    ids: Sequence[int]
    terms: Sequence[str]
    fresh: bool


async def post(connection: asyncpg.Connection, tenant: str, chunks: Sequence[ChunkWords]) -> None:
    """Add the postings of a document's new chunks."""
    average = await connection.fetchval(_AVERAGE, tenant)
    rows = rows_of(tenant, chunks, average or _average(chunks))
    await connection.copy_records_to_table("fresh_blocks", columns=_COLUMNS, records=rows)


async def unpost(connection: asyncpg.Connection, tenant: str, chunks: StoredChunks) -> None:
    """Remove the postings of a document's chunks; the document's row has to be locked."""
    for bucket, places in sorted(by_bucket(chunks.ids).items()):
        if chunks.fresh:
            await connection.execute(_UNPOST_FRESH, tenant, bucket, min(places), list(chunks.terms))
        else:
            await _unpost_merged(connection, tenant, bucket, places, chunks.terms)


async def merge(connection: asyncpg.Connection, tenant: str) -> None:
    """Merge the tenant's fresh postings, in a transaction of the caller's.

    It does nothing while another writer merges. Documents that are being written stay fresh.
    """
    if not await connection.fetchval(_TRY_LOCK, tenant):
        return
    rows = await connection.fetch(_FRESH_DOCUMENTS, tenant, _MERGED_AT_ONCE)
    documents = [row["document_id"] for row in rows]
    average = await connection.fetchval(_AVERAGE, tenant)
    if not documents or not average:
        return
    leads = await connection.fetch(_LEADS, tenant, documents, BUCKET_BITS, MOST)
    buckets = [row["bucket"] for row in leads]
    await connection.execute(_MERGE, tenant, buckets, [row["lead"] for row in leads], average)
    await connection.execute(_MARK_MERGED, tenant, documents)
    await connection.execute(_COUNT_MERGED, tenant, sum(row["chunks"] for row in leads))


def rows_of(tenant: str, chunks: Sequence[ChunkWords], average: float) -> list[tuple[Any, ...]]:
    """Return the rows of a document's fresh postings, for `_COLUMNS`."""
    leads = {bucket: min(found) for bucket, found in by_bucket(key for key, _ in chunks).items()}
    postings: dict[tuple[str, int], list[tuple[int, int, int]]] = defaultdict(list)
    for key, terms in chunks:
        bucket, place = place_of(key)
        length = min(len(terms), MOST)
        for term, frequency in Counter(terms).items():
            postings[term, bucket].append((place, min(frequency, MOST), length))
    return [
        (
            tenant,
            term,
            bucket,
            leads[bucket],
            len(found),
            _peak(found, average),
            average,
            *(struct.pack(f">{len(found)}H", *column) for column in zip(*found, strict=True)),
        )
        for (term, bucket), found in sorted(postings.items())
    ]


def by_bucket(ids: Iterable[int]) -> Mapping[int, list[int]]:
    """Return the places of chunk ids in their buckets."""
    found: dict[int, list[int]] = defaultdict(list)
    for key in ids:
        bucket, place = place_of(key)
        found[bucket].append(place)
    return found


async def _unpost_merged(
    connection: asyncpg.Connection,
    tenant: str,
    bucket: int,
    places: Sequence[int],
    terms: Sequence[str],
) -> None:
    from ragline.adapters.stores.pgvector.impacts import PackedPostings  # noqa: PLC0415  numpy

    rows = await connection.fetch(_MERGED, tenant, bucket, list(terms))
    left = {
        row["term"]: PackedPostings(row["places"], row["frequencies"], row["lengths"]).without(
            places
        )
        for row in rows
    }
    gone = [term for term, packed in left.items() if not packed]
    kept = {term: packed for term, packed in left.items() if packed}
    if gone:
        await connection.execute(_UNPOST, tenant, bucket, gone)
    if kept:
        await connection.execute(
            _REPLACE,
            tenant,
            bucket,
            list(kept),
            [len(each) for each in kept.values()],
            [each.places for each in kept.values()],
            [each.frequencies for each in kept.values()],
            [each.lengths for each in kept.values()],
        )


def _peak(postings: Iterable[tuple[int, int, int]], average: float) -> float:
    """Return the greatest impact, as `PackedPostings.peak` does for many postings."""
    slope = BM25_K1 * BM25_B / average
    base = BM25_K1 * (1 - BM25_B)
    return max(
        frequency * (BM25_K1 + 1) / (frequency + (base + slope * length))
        for _, frequency, length in postings
    )


def _average(chunks: Sequence[ChunkWords]) -> float:
    return max(1.0, sum(len(terms) for _, terms in chunks) / max(1, len(chunks)))
