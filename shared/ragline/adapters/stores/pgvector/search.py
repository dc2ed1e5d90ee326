"""The three searches; each has one snapshot, which holds one version of each document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from ragline.adapters.stores.analysis import clean, query_terms
from ragline.adapters.stores.indexing import candidate, literal_terms
from ragline.adapters.stores.pgvector.scope import Arguments, visible
from ragline.adapters.stores.pgvector.term_postings import RankedChunks, term_postings
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.store import Scope

_COLUMNS = """c.document_id, d.version, c.ordinal, d.title, c.heading_path, d.url, c.text,
    c.span_start, c.span_end, d.updated_at"""
_CHUNKS = "chunks c JOIN documents d ON d.tenant = c.tenant AND d.document_id = c.document_id"

# up to this many chunks, all vectors of a tenant are compared: 30 ms on one core, 384 dimensions
EXACT_UP_TO = 20_000
# a tenant with at least this share of all chunks goes by the index already from so many chunks on:
# few of the index's hits are then of other tenants
MAIN_SHARE = 0.5
MAIN_EXACT_UP_TO = 2_000

# so many times the wanted chunks are ranked at first, and so many times more when they do not do
_SPARE = 2
_MORE = 8

# the second number is the planner's estimate; -1 while there is none
_CHUNK_COUNTS = """
SELECT chunks, (SELECT reltuples FROM pg_class WHERE oid = 'chunks'::regclass) AS everyones
FROM totals WHERE tenant = $1
"""
_WHOLE = "c.embedding <=> {0}"
_HALF = "c.embedding::halfvec({}) <=> {{0}}::vector::halfvec({})"
_VECTOR = """
SELECT {columns}, 1 - (c.embedding <=> {embedding}) AS score
FROM {chunks} WHERE {visible}
ORDER BY {order} LIMIT {limit}
"""
# The best chunks are looked up in their order, and only until enough of them are visible: `OFFSET
# 0` prevents the planner from reordering the joins, because its statistics do not know a new tenant
# yet (it compared every scored chunk with every other one: 7,080 chunks, 2.2 s instead of 15 ms).
_LOOKED_UP = """
SELECT found.*, s.score
FROM (
    SELECT chunk_id, score, place
    FROM unnest({ids}::bigint[], {scores}::float8[]) WITH ORDINALITY AS u (chunk_id, score, place)
    ORDER BY place OFFSET 0
) s
CROSS JOIN LATERAL (
    SELECT {columns}
    FROM chunks c CROSS JOIN LATERAL (
        SELECT * FROM documents
        WHERE tenant = c.tenant AND document_id = c.document_id OFFSET 0
    ) d
    WHERE c.id = s.chunk_id AND {visible} OFFSET 0
) found
ORDER BY s.place LIMIT {limit}
"""
_METADATA = """
SELECT {columns}, ({found})::real / {count} AS score
FROM {chunks} WHERE ({any_found}) AND {visible}
ORDER BY score DESC, c.document_id, c.ordinal LIMIT {limit}
"""


async def vector(
    connection: asyncpg.Connection,
    embedding: Any,
    scope: Scope,
    limit: int,
    *,
    half: int | None = None,
    exact_up_to: int | None = None,
) -> list[Candidate]:
    """Search by cosine similarity: exactly in all but large tenants.

    All tenants share the HNSW index, and its hits are filtered afterwards. The smaller a tenant's
    share of the vectors, the more of that tenant's best ones the index misses (measured: 16 % of
    the best 40 of a tenant that has 8 % of 14,000 chunks). So all vectors of such a tenant are
    compared, which costs 1.5 us per vector. In larger tenants the index scan continues while
    filters reject its hits (iterative scan), up to a limit. If it still finds too few, the scope is
    searched exactly as well, so a filter never loses results.

    Args:
        connection: to the collection.
        embedding: the question's vector.
        scope: what the reader may see.
        limit: the most hits.
        half: the length of the vectors if the index has them in half precision.
        exact_up_to: compare all vectors of a tenant with no more chunks; by default it depends on
            how many chunks other tenants have.
    """
    distance = _WHOLE if half is None else _HALF.format(half, half)
    rows: list[asyncpg.Record] = []
    counts = await connection.fetchrow(_CHUNK_COUNTS, clean(scope.tenant))
    chunks, everyones = counts or (0, 0)
    exact = chunks <= (_exact_up_to(chunks, everyones) if exact_up_to is None else exact_up_to)
    if not exact:
        rows = await _nearest(connection, embedding, scope, limit, distance)
    if exact or len(rows) < limit:
        # an expression that no index supports, so that the search is exact
        rows = await _nearest(connection, embedding, scope, limit, f"({_WHOLE}) + 0")
    # the index of half precision may have taken two neighbours for each other
    return sorted(
        (_candidate(row, SearchKind.VECTOR) for row in rows),
        key=lambda hit: -hit.scores[SearchKind.VECTOR],
    )


async def keyword(
    connection: asyncpg.Connection, text: str, scope: Scope, limit: int
) -> list[Candidate]:
    """Search by BM25, exactly, in one snapshot.

    More than `limit` are ranked, because a reader may not see them all, and more again where
    access or filters hide too many.
    """
    if not (terms := query_terms(text)):
        return []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await term_postings(connection, clean(scope.tenant), terms)
        wanted = _SPARE * limit
        while True:
            ranked = await found.best(wanted)
            rows = await _looked_up(connection, ranked, scope, limit)
            if len(rows) == limit or len(ranked.ids) < wanted:
                break
            wanted *= _MORE
    return [_candidate(row, SearchKind.KEYWORD) for row in rows]


async def metadata(
    connection: asyncpg.Connection, terms: Sequence[str], scope: Scope, limit: int
) -> list[Candidate]:
    """Search literal terms; a term matches a chunk whose metadata holds all words of the term."""
    if not (worded := literal_terms(terms)):
        return []
    arguments = Arguments()
    condition = visible(scope, arguments)
    found = [f"c.metadata_words @> {arguments.add(list(words))}::text[]" for words in worded]
    statement = _METADATA.format(
        columns=_COLUMNS,
        chunks=_CHUNKS,
        visible=condition,
        found=" + ".join(f"({each})::int" for each in found),
        any_found=" OR ".join(found),
        count=len(found),
        limit=arguments.add(limit),
    )
    rows = await connection.fetch(statement, *arguments.values)
    return [_candidate(row, SearchKind.METADATA) for row in rows]


def _exact_up_to(chunks: int, everyones: float) -> int:
    return MAIN_EXACT_UP_TO if 0 < MAIN_SHARE * everyones <= chunks else EXACT_UP_TO


async def _looked_up(
    connection: asyncpg.Connection, ranked: RankedChunks, scope: Scope, limit: int
) -> list[asyncpg.Record]:
    if not ranked.ids:
        return []
    arguments = Arguments()
    statement = _LOOKED_UP.format(
        columns=_COLUMNS,
        visible=visible(scope, arguments),
        ids=arguments.add(ranked.ids),
        scores=arguments.add(ranked.scores),
        limit=arguments.add(limit),
    )
    rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments.values)
    return rows


async def _nearest(
    connection: asyncpg.Connection, embedding: Any, scope: Scope, limit: int, order: str
) -> list[asyncpg.Record]:
    arguments = Arguments()
    condition = visible(scope, arguments)
    placeholder = arguments.add(embedding)
    statement = _VECTOR.format(
        columns=_COLUMNS,
        chunks=_CHUNKS,
        visible=condition,
        embedding=placeholder,
        order=order.format(placeholder),
        limit=arguments.add(limit),
    )
    rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments.values)
    return rows


def _candidate(row: asyncpg.Record, kind: SearchKind) -> Candidate:
    return candidate(
        document_id=row["document_id"],
        version=row["version"],
        ordinal=row["ordinal"],
        title=row["title"],
        heading_path=row["heading_path"],
        url=row["url"],
        text=row["text"],
        start=row["span_start"],
        end=row["span_end"],
        updated_at=row["updated_at"],
        scores={kind: float(row["score"])},
    )
