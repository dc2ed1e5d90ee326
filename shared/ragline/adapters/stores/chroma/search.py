"""The three searches, whose hits are checked against the markers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from ragline.adapters.stores.analysis import query_terms
from ragline.adapters.stores.chroma.records import Metadata, page_id, pages, payload
from ragline.adapters.stores.chroma.scope import Condition, every, some, visible
from ragline.adapters.stores.chroma.tenant import TenantRecords
from ragline.adapters.stores.chroma.words import WordPage, by_metadata, by_relevance, literal
from ragline.adapters.stores.indexing import literal_terms
from ragline.adapters.stores.marked.payload import candidate
from ragline.adapters.stores.marked.search import current
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.store import Scope

# hits that are read at once; far more than any caller wants
_MOST = 10_000
# records read by their ids in one call
_BATCH = 500
# words that are asked for at once: each costs the server a look into its index
_WORDS = 64


async def vector(
    tenant: TenantRecords, embedding: Sequence[float], scope: Scope, limit: int
) -> list[Candidate]:
    """Search by cosine similarity."""

    async def search(count: int) -> list[Candidate]:
        found = await tenant.nearest(embedding, visible(scope), count)
        return [
            candidate(payload(each.metadata), SearchKind.VECTOR, 1.0 - each.distance)
            for each in found
        ]

    return await current(tenant, search, scope, limit, most=_MOST)


async def keyword(tenant: TenantRecords, text: str, scope: Scope, limit: int) -> list[Candidate]:
    """Search by BM25 over the pages of words; every chunk that holds a word is scored."""
    if not (terms := query_terms(text)):
        return []
    holding: list[Condition] = [{"words": {"$contains": term}} for term in terms]

    async def search(count: int) -> list[Candidate]:
        ids, seen, chunks = await asyncio.gather(
            _holding_any(tenant, holding),
            _holding_any(tenant, holding, visible(scope)),
            tenant.count(tenant.names.chunks),
        )
        if not seen:
            return []
        shown = frozenset(map(UUID, seen))

        def rank(found: list[WordPage]) -> list[tuple[UUID, float]]:
            return by_relevance(found, shown, terms, chunks=chunks)

        return await _best(tenant, ids, rank, SearchKind.KEYWORD, scope, count)

    return await current(tenant, search, scope, limit, most=_MOST)


async def metadata(
    tenant: TenantRecords, terms: Sequence[str], scope: Scope, limit: int
) -> list[Candidate]:
    """Search literal terms; a term matches a chunk whose metadata holds all words of the term."""
    if not (worded := literal_terms(terms)):
        return []
    holding = [_holds_all(words) for words in worded]

    async def search(count: int) -> list[Candidate]:
        ids = await _holding_any(tenant, holding, visible(scope))

        def rank(found: list[WordPage]) -> list[tuple[UUID, float]]:
            return by_metadata(found, worded)

        return await _best(tenant, ids, rank, SearchKind.METADATA, scope, count)

    return await current(tenant, search, scope, limit, most=_MOST)


async def _best(
    tenant: TenantRecords,
    ids: Sequence[str],
    rank: Callable[[list[WordPage]], list[tuple[UUID, float]]],
    kind: SearchKind,
    scope: Scope,
    limit: int,
) -> list[Candidate]:
    """Return the best chunks of these pages of words, out of those in scope."""
    if not ids:
        return []
    texts: list[Metadata] = []
    for at in range(0, len(ids), _BATCH):
        wanted = list(map(page_id, ids[at : at + _BATCH]))
        texts += [each.metadata for each in await tenant.find(tenant.names.facts, ids=wanted)]
    ranked = (await asyncio.to_thread(lambda: rank(pages(texts))))[:limit]
    scores = {str(uuid): score for uuid, score in ranked}
    hits: list[Candidate] = []
    for at in range(0, len(ranked), _BATCH):
        chunks = await tenant.find(
            tenant.names.chunks, ids=list(scores)[at : at + _BATCH], where=visible(scope)
        )
        hits += [candidate(payload(each.metadata), kind, scores[each.id]) for each in chunks]
    hits.sort(key=lambda hit: -hit.scores[kind])
    return hits


async def _holding_any(
    tenant: TenantRecords, holding: Sequence[Condition], *within: Condition
) -> list[str]:
    """Return the ids of the words that fulfil one of `holding` and all of `within`."""
    found: dict[str, None] = {}
    for at in range(0, len(holding), _WORDS):
        where = every([some(holding[at : at + _WORDS]), *within])
        found |= dict.fromkeys(await tenant.ids(tenant.names.facts, where))
    return list(found)


def _holds_all(words: Sequence[str]) -> Condition:
    """Return the filter for pages that hold all of `words`, or at least the first ones of many."""
    return every([{"words": {"$contains": literal(word)}} for word in words[:_WORDS]])
