"""Reads the postings of a question's terms, no more of them than its best chunks need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from ragline.adapters.stores.bm25 import weight
from ragline.adapters.stores.pgvector.impacts import PackedPostings
from ragline.adapters.stores.pgvector.max_score import ChunkRanking, TermBound, in_order

# so many postings are read at once: fewer would save less than a further statement costs
_READ_AT_ONCE = 20_000
# fresh postings are few, so they are read at once; of the merged ones only what bounds them. An
# average from another time changes the bound as `impacts.bound` derives it.
_TERMS = """
WITH t AS (
    SELECT chunks, length::float8 / chunks AS average FROM totals WHERE tenant = $1 AND length > 0
)
SELECT t.chunks, t.average, term, sum(count)::bigint AS found_in,
    max(peak * greatest(1, t.average / b.average)) AS peak,
    NULL::bigint AS bucket, NULL::bytea AS places, NULL::bytea AS frequencies,
    NULL::bytea AS lengths
FROM posting_blocks b CROSS JOIN t WHERE tenant = $1 AND term = ANY($2::text[])
GROUP BY term, t.chunks, t.average
UNION ALL
SELECT t.chunks, t.average, term, sum(count), max(peak * greatest(1, t.average / b.average)),
    bucket, string_agg(places, ''), string_agg(frequencies, ''), string_agg(lengths, '')
FROM fresh_blocks b CROSS JOIN t WHERE tenant = $1 AND term = ANY($2::text[])
GROUP BY term, bucket, t.chunks, t.average
"""
_MERGED = """
SELECT term, bucket, places, frequencies, lengths FROM posting_blocks
WHERE tenant = $1 AND term = ANY($2::text[])
"""
_WITHIN = "AND bucket = ANY($3::bigint[])"

Postings = Mapping[int, Sequence[PackedPostings]]
_NONE: Postings = {}


@dataclass(frozen=True, slots=True)
class RankedChunks:
    """Chunk ids and their scores, best first."""

    ids: Sequence[int]
    scores: Sequence[float]


@dataclass(slots=True)
class _Term:
    """A term as it is found: in how many chunks, the most it adds, and its fresh postings."""

    merged: int = 0
    found_in: int = 0
    peak: float = 0.0
    fresh: dict[int, list[PackedPostings]] = field(default_factory=dict)


class TermPostings:
    """The postings of a question's terms in one tenant, read within one snapshot.

    Args:
        connection: in a transaction that keeps its snapshot.
        tenant: whose chunks.
        terms: the terms that are found.
        chunks: how many chunks the tenant has.
        average: the words of a chunk, on average.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        tenant: str,
        terms: Mapping[str, _Term],
        *,
        chunks: int,
        average: float,
    ) -> None:
        self._connection = connection
        self._tenant = tenant
        self._found = terms
        weights = {name: weight(chunks, each.found_in) for name, each in terms.items()}
        self._terms = in_order(
            [
                TermBound(name, weights[name], weights[name] * each.peak)
                for name, each in terms.items()
            ]
        )
        self._average = average
        self._read: dict[str, Postings] = {}

    @property
    def most(self) -> int:
        """No more chunks than these are found."""
        return sum(each.found_in for each in self._found.values())

    async def best(self, wanted: int) -> RankedChunks:
        """Return the chunks with the best scores, best first: `wanted` ones, or some more."""
        ranking = ChunkRanking(average=self._average, wanted=wanted)
        left = list(self._terms)
        for terms in self._batches():
            await self._need(terms)
            for term in terms:
                ranking.add(term, self._read[term.term])
                left.remove(term)
            if ranking.is_settled(_together(left)):
                break
        contenders = ranking.contenders(_together(left))
        found = await self._postings(left, contenders.buckets)
        while left:
            term = left.pop(0)
            contenders.add(term, found.get(term.term, _NONE), _together(left))
        return RankedChunks(*contenders.best())

    def _batches(self) -> Iterator[list[TermBound]]:
        """Yield the terms in order, together while they have few postings."""
        batch: list[TermBound] = []
        postings = 0
        for term in self._terms:
            postings += self._found[term.term].found_in
            if batch and postings > _READ_AT_ONCE:
                yield batch
                batch, postings = [], self._found[term.term].found_in
            batch.append(term)
        if batch:
            yield batch

    async def _need(self, terms: Sequence[TermBound]) -> None:
        missing = [term for term in terms if term.term not in self._read]
        found = await self._postings(missing, None)
        self._read |= {term.term: found.get(term.term, _NONE) for term in missing}

    async def _postings(
        self, terms: Sequence[TermBound], buckets: Sequence[int] | None
    ) -> dict[str, Postings]:
        """Return the postings of `terms`, in all buckets or at least in the given ones."""
        names = [term.term for term in terms]
        found: dict[str, dict[int, list[PackedPostings]]] = {
            name: {bucket: list(each) for bucket, each in self._found[name].fresh.items()}
            for name in names
        }
        merged = [name for name in names if self._found[name].merged]
        if merged and buckets != []:
            arguments: list[object] = [self._tenant, merged]
            statement = _MERGED
            if buckets is not None:
                statement += _WITHIN
                arguments.append(buckets)
            for term, bucket, *packed in await self._connection.fetch(statement, *arguments):
                found[term].setdefault(bucket, []).append(PackedPostings(*packed))
        return dict(found)


async def term_postings(
    connection: asyncpg.Connection, tenant: str, terms: Sequence[str]
) -> TermPostings:
    """Look up how often each term occurs, how much it can add to a score, and what is fresh."""
    rows = await connection.fetch(_TERMS, tenant, list(terms))
    found: dict[str, _Term] = defaultdict(_Term)
    for row in rows:
        each = found[row["term"]]
        each.found_in += row["found_in"]
        each.peak = max(each.peak, row["peak"])
        if row["bucket"] is None:
            each.merged = row["found_in"]
        else:
            packed = PackedPostings(row["places"], row["frequencies"], row["lengths"])
            each.fresh[row["bucket"]] = [packed]
    chunks, average = (rows[0]["chunks"], rows[0]["average"]) if rows else (0, 1.0)
    return TermPostings(connection, tenant, found, chunks=chunks, average=average)


def _together(terms: Sequence[TermBound]) -> float:
    return sum(term.most for term in terms)
