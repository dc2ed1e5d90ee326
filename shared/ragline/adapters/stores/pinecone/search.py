"""The three searches, whose hits are checked against the markers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ragline.adapters.stores.analysis import query_terms
from ragline.adapters.stores.indexing import literal_terms, metadata_terms, share_found
from ragline.adapters.stores.marked.markers import DocumentState
from ragline.adapters.stores.pinecone.keys import RecordName, token
from ragline.adapters.stores.pinecone.limits import MAX_HITS, MAX_NONZERO
from ragline.adapters.stores.pinecone.namespace import FoundRecords
from ragline.adapters.stores.pinecone.records import candidate, name_dimension
from ragline.adapters.stores.pinecone.scope import CHUNK, WORDS, visible
from ragline.adapters.stores.pinecone.tenant import States, TenantDocuments, by_chunk
from ragline.adapters.stores.pinecone.weights import TermWeights
from ragline.adapters.stores.sparse import SparseVector, question_vector
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.errors import Unavailable
from ragline.ports.store import Scope

Search = Callable[[int], Awaitable[FoundRecords]]
Hits = list[tuple[RecordName, float]]
Payload = Mapping[str, Any]
# a search that meets a document while it is being replaced is repeated, this often at most
_MAX_ATTEMPTS = 10
_PAUSE_S = 0.02
# hits are ordered by the words found, not by the terms: more of them are fetched, then sorted
_METADATA_FACTOR = 4


async def vector(
    tenant: TenantDocuments, embedding: Sequence[float], scope: Scope, limit: int
) -> list[Candidate]:
    """Search by cosine similarity."""

    async def search(count: int) -> FoundRecords:
        return await tenant.namespace.dense(embedding, visible(scope, [CHUNK]), limit=count)

    hits, payloads = await _current(tenant, search, scope, limit)
    return _candidates(hits, payloads, SearchKind.VECTOR)


async def keyword(
    tenant: TenantDocuments, text: str, scope: Scope, limit: int, *, weights: TermWeights
) -> list[Candidate]:
    """Search by BM25, with the weights that a sample of the tenant's chunks gives the words."""
    if not (terms := query_terms(text)):
        return []
    question = _heaviest(question_vector(terms, await weights.of(tenant.namespace, terms)))
    where = visible(scope, [CHUNK, WORDS])

    async def search(count: int) -> FoundRecords:
        return await tenant.namespace.sparse(question, where, limit=count)

    hits, payloads = await _current(tenant, search, scope, limit)
    return _candidates(hits, payloads, SearchKind.KEYWORD)


async def metadata(
    tenant: TenantDocuments, terms: Sequence[str], scope: Scope, limit: int
) -> list[Candidate]:
    """Search literal terms; a term matches a chunk whose metadata holds all words of the term."""
    if not (worded := literal_terms(terms)):
        return []
    shares: dict[int, float] = defaultdict(float)
    for words in worded:
        for word in words:
            shares[name_dimension(word)] += 1 / (len(words) * len(worded))
    question = _heaviest(SparseVector.of(shares))
    where = visible(scope, [CHUNK, WORDS])

    async def search(count: int) -> FoundRecords:
        return await tenant.namespace.sparse(question, where, limit=count)

    hits, payloads = await _current(tenant, search, scope, min(limit * _METADATA_FACTOR, MAX_HITS))
    shared = [(name, share_found(worded, _words(payloads[name]))) for name, _ in hits]
    shared.sort(key=lambda each: -each[1])
    found = [each for each in shared if each[1] > 0]
    return _candidates(found[:limit], payloads, SearchKind.METADATA)


async def _current(
    tenant: TenantDocuments, search: Search, scope: Scope, limit: int
) -> tuple[Hits, Mapping[RecordName, Payload]]:
    """Search until the hits show one consistent state of every document.

    Whoever sees a marker can find what it names. So a search is repeated if a marker became known
    only after it, and if hidden hits may have crowded out visible ones, with a larger limit.
    """
    readers = tuple(token("group", group) for group in scope.groups)
    count = min(limit, MAX_HITS)
    known: Mapping[str, DocumentState] = {}
    for attempt in range(_MAX_ATTEMPTS):
        found = await search(count)
        hits = _hits(found)
        states = await tenant.states(name.document for name, _ in hits)
        shown = [
            (name, score)
            for name, score in hits
            if states.by_key[name.document].shows(name.version, readers)
        ][:limit]
        crowded = len(found.hits) >= count and len(shown) < limit and count < MAX_HITS
        if crowded or _is_behind(found, hits, states, known):
            known = states.by_key
            count = min(2 * count, MAX_HITS) if crowded else count
            continue
        payloads = await tenant.payloads((name for name, _ in shown), readers=readers)
        if len(payloads) == len(shown):
            return shown, payloads
        await asyncio.sleep(_PAUSE_S * 2**attempt)  # a fetch that is behind the search
    raise Unavailable("Pinecone: documents keep changing while they are searched; try again")


def _is_behind(
    found: FoundRecords, hits: Hits, states: States, known: Mapping[str, DocumentState]
) -> bool:
    """Return whether the search may lack chunks of a version that its hits' markers name."""
    if found.position >= states.position:
        return False
    for name, _ in hits:
        state = states.by_key[name.document]
        if state.is_newer_than(name.version, gone=False):
            before = known.get(name.document)
            if before is None or before.version != state.version:
                return True
    return False


def _heaviest(question: SparseVector) -> SparseVector:
    """Return what Pinecone takes of a question of more words: those that count most."""
    if len(question.indices) <= MAX_NONZERO:
        return question
    entries = zip(question.indices, question.values, strict=True)
    return SparseVector.of(dict(sorted(entries, key=lambda each: -each[1])[:MAX_NONZERO]))


def _hits(found: FoundRecords) -> Hits:
    scores = by_chunk(found.hits)
    hits = [(RecordName(CHUNK, *chunk), score) for chunk, score in scores.items()]
    hits.sort(key=lambda hit: -hit[1])
    return hits


def _candidates(
    hits: Hits, payloads: Mapping[RecordName, Payload], kind: SearchKind
) -> list[Candidate]:
    return [candidate(name, payloads[name], kind, score) for name, score in hits]


def _words(said: Payload) -> list[str]:
    return metadata_terms(
        title=said["title"],
        heading_path=said["heading_path"],
        tags=said["tags"],
        url=said["url"],
        document_id=said["document_id"],
    )
