"""The three searches, whose hits are checked against the markers."""

from __future__ import annotations

from collections.abc import Sequence

from weaviate.classes.query import Filter, MetadataQuery

from ragline.adapters.stores.analysis import query_terms
from ragline.adapters.stores.indexing import literal_terms, share_found
from ragline.adapters.stores.marked.search import current
from ragline.adapters.stores.weaviate.objects import CANDIDATE_PROPERTIES, candidate
from ragline.adapters.stores.weaviate.scope import visible
from ragline.adapters.stores.weaviate.tenant import MAX_RESULTS, TenantObjects
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.store import Scope

# the server orders metadata matches by relevance, not by share: fetch more of them, then sort
_METADATA_FACTOR = 4


async def vector(
    tenant: TenantObjects, embedding: Sequence[float], scope: Scope, limit: int
) -> list[Candidate]:
    """Search by cosine similarity."""

    async def search(count: int) -> list[Candidate]:
        found = await tenant.collection.query.near_vector(
            list(embedding),
            filters=visible(scope),
            limit=count,
            return_properties=CANDIDATE_PROPERTIES,
            return_metadata=MetadataQuery(distance=True),
        )
        return [
            candidate(each.properties, SearchKind.VECTOR, 1.0 - (each.metadata.distance or 0.0))
            for each in found.objects
        ]

    return await current(tenant, search, scope, limit, most=MAX_RESULTS)


async def keyword(tenant: TenantObjects, text: str, scope: Scope, limit: int) -> list[Candidate]:
    """Search by BM25 over one property that holds the weighted words of all fields.

    Over several properties the server sums up only the best hits of each one, so a chunk that is
    good in all properties but best in none would lose part of its score.
    """
    if not (terms := query_terms(text)):
        return []

    async def search(count: int) -> list[Candidate]:
        found = await tenant.collection.query.bm25(
            " ".join(terms),
            query_properties=["relevance"],
            filters=visible(scope),
            limit=count,
            return_properties=CANDIDATE_PROPERTIES,
            return_metadata=MetadataQuery(score=True),
        )
        return [
            candidate(each.properties, SearchKind.KEYWORD, each.metadata.score or 0.0)
            for each in found.objects
        ]

    return await current(tenant, search, scope, limit, most=MAX_RESULTS)


async def metadata(
    tenant: TenantObjects, terms: Sequence[str], scope: Scope, limit: int
) -> list[Candidate]:
    """Search literal terms; a term matches a chunk whose metadata holds all words of the term."""
    if not (worded := literal_terms(terms)):
        return []
    words = Filter.by_property("metadata")
    any_term = Filter.any_of([words.contains_all(list(each)) for each in worded])

    async def search(count: int) -> list[Candidate]:
        found = await tenant.collection.query.bm25(
            " ".join(dict.fromkeys(word for each in worded for word in each)),
            query_properties=["metadata"],
            filters=visible(scope) & any_term,
            limit=min(count * _METADATA_FACTOR, MAX_RESULTS),
            return_properties=[*CANDIDATE_PROPERTIES, "metadata"],
        )
        hits = [
            candidate(
                each.properties,
                SearchKind.METADATA,
                share_found(worded, str(each.properties["metadata"]).split()),
            )
            for each in found.objects
        ]
        hits.sort(key=lambda hit: -hit.scores[SearchKind.METADATA])
        return hits[:count]

    return await current(tenant, search, scope, limit, most=MAX_RESULTS)
