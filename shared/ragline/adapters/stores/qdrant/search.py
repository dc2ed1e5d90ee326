"""The three searches, whose hits are checked against the markers."""

from __future__ import annotations

from collections.abc import Sequence

from qdrant_client import models

from ragline.adapters.stores.analysis import query_terms
from ragline.adapters.stores.indexing import literal_terms, share_found
from ragline.adapters.stores.marked.payload import candidate
from ragline.adapters.stores.marked.search import current
from ragline.adapters.stores.qdrant.points import LITERAL, MEANING, WORDS, literal_vector, told
from ragline.adapters.stores.qdrant.scope import chunks, every, holding_any, visible
from ragline.adapters.stores.qdrant.tenant import TenantPoints
from ragline.adapters.stores.sparse import question_vector
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.store import Scope

_MOST = 10_000
# the server orders by words found, not by terms found: fetch more, then sort
_METADATA_FACTOR = 4


async def vector(
    tenant: TenantPoints, embedding: Sequence[float], scope: Scope, limit: int
) -> list[Candidate]:
    """Search by cosine similarity."""

    async def search(count: int) -> list[Candidate]:
        found = await tenant.search(embedding, MEANING, visible(scope), count)
        return [candidate(told(each.payload), SearchKind.VECTOR, each.score) for each in found]

    return await current(tenant, search, scope, limit, most=_MOST)


async def keyword(tenant: TenantPoints, text: str, scope: Scope, limit: int) -> list[Candidate]:
    """Search by BM25: impacts from the chunks' sparse vectors, weights (idf) from the server."""
    asked = question_vector(query_terms(text))
    if not asked:
        return []
    # a term is as rare as it is among the tenant's chunks, whoever asks
    weights = models.SearchParams(idf=models.IdfCorpusParams(corpus=chunks(scope.tenant)))

    async def search(count: int) -> list[Candidate]:
        found = await tenant.search(asked, WORDS, visible(scope), count, parameters=weights)
        return [candidate(told(each.payload), SearchKind.KEYWORD, each.score) for each in found]

    return await current(tenant, search, scope, limit, most=_MOST)


async def metadata(
    tenant: TenantPoints, terms: Sequence[str], scope: Scope, limit: int
) -> list[Candidate]:
    """Search literal terms; a term matches a chunk whose metadata holds all words of the term."""
    if not (worded := literal_terms(terms)):
        return []
    # a chunk that holds all words of a term gets 1 for it; some words of it give less
    weights: dict[str, float] = {}
    for words in worded:
        for word in words:
            weights[word] = weights.get(word, 0.0) + 1 / len(words)
    asked = literal_vector(weights)
    where = every(visible(scope), holding_any(worded))

    async def search(count: int) -> list[Candidate]:
        wanted = min(count * _METADATA_FACTOR, _MOST)
        found = await tenant.search(asked, LITERAL, where, wanted)
        hits = [
            candidate(
                told(each.payload),
                SearchKind.METADATA,
                share_found(worded, (each.payload or {})["literal"]),
            )
            for each in found
        ]
        hits.sort(key=lambda hit: -hit.scores[SearchKind.METADATA])
        return hits[:count]

    return await current(tenant, search, scope, limit, most=_MOST)
