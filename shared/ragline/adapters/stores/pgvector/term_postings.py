"""Reads the postings of a question's terms, no more of them than its best chunks need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from ragline.adapters.stores.pgvector.impacts import PackedPostings, weight
from ragline.adapters.stores.pgvector.ranking import Ranking, TermBound, in_order

# so many postings are read at once: fewer would save less than a further statement costs
_READ_AT_ONCE = 20_000
# the bound of an earlier average, as `impacts.bound` derives it
_TERMS = """
SELECT term, t.chunks, t.average, sum(b.count) AS found_in,
    max(b.peak * greatest(1, t.average / b.average)) AS peak
FROM (
    SELECT term, count, peak, average
    FROM posting_blocks WHERE tenant = $1 AND term = ANY($2::text[])
    UNION ALL
    SELECT term, count, peak, average
    FROM fresh_blocks WHERE tenant = $1 AND term = ANY($2::text[])
) b CROSS JOIN (
    SELECT chunks, length::float8 / chunks AS average FROM totals WHERE tenant = $1 AND length > 0
) t
GROUP BY term, t.chunks, t.average
"""
_POSTINGS = """
SELECT term, bucket, places, frequencies, lengths FROM posting_blocks
WHERE tenant = $1 AND term = ANY($2::text[]){within}
UNION ALL
SELECT term, bucket, string_agg(places, ''), string_agg(frequencies, ''), string_agg(lengths, '')
FROM fresh_blocks WHERE tenant = $1 AND term = ANY($2::text[]){within} GROUP BY term, bucket
"""
_WITHIN = " AND bucket = ANY($3::bigint[])"

Postings = Mapping[int, Sequence[PackedPostings]]
_NONE: Postings = {}


@dataclass(frozen=True, slots=True)
class Ranked:
    """Chunk ids and their scores, best first."""

    ids: Sequence[int]
    scores: Sequence[float]


class TermPostings:
    """The postings of a question's terms in one tenant, read within one snapshot.

    Args:
        connection: in a transaction that keeps its snapshot.
        tenant: whose chunks.
        terms: the terms that are found, each with the number of chunks that hold it.
        average: the words of a chunk, on average.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        tenant: str,
        terms: Mapping[TermBound, int],
        *,
        average: float,
    ) -> None:
        self._connection = connection
        self._tenant = tenant
        self._found_in = terms
        self._terms = in_order(list(terms))
        self._average = average
        self._read: dict[str, Postings] = {}

    @property
    def most(self) -> int:
        """No more chunks than these are found."""
        return sum(self._found_in.values())

    async def best(self, wanted: int) -> Ranked:
        """Return the chunks with the best scores, best first: `wanted` ones, or some more."""
        ranking = Ranking(average=self._average, wanted=wanted)
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
        return Ranked(*contenders.best())

    def _batches(self) -> Iterator[list[TermBound]]:
        """Yield the terms in order, together while they have few postings."""
        batch: list[TermBound] = []
        postings = 0
        for term in self._terms:
            postings += self._found_in[term]
            if batch and postings > _READ_AT_ONCE:
                yield batch
                batch, postings = [], self._found_in[term]
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
        """Read the postings of `terms`, in all buckets or in the given ones."""
        found: dict[str, dict[int, list[PackedPostings]]] = defaultdict(lambda: defaultdict(list))
        if not terms or buckets == []:
            return {}
        names = [term.term for term in terms]
        statement = _POSTINGS.format(within="" if buckets is None else _WITHIN)
        arguments = [self._tenant, names] if buckets is None else [self._tenant, names, buckets]
        for term, bucket, *packed in await self._connection.fetch(statement, *arguments):
            found[term][bucket].append(PackedPostings(*packed))
        return dict(found)


async def term_postings(
    connection: asyncpg.Connection, tenant: str, terms: Sequence[str]
) -> TermPostings:
    """Look up how often each term occurs, and how much it can add to a score."""
    rows = await connection.fetch(_TERMS, tenant, list(terms))
    found = {}
    for row in rows:
        known = weight(row["chunks"], row["found_in"])
        found[TermBound(row["term"], known, known * row["peak"])] = int(row["found_in"])
    average = rows[0]["average"] if rows else 1.0
    return TermPostings(connection, tenant, found, average=average)


def _together(terms: Sequence[TermBound]) -> float:
    return sum(term.most for term in terms)
