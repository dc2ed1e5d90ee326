"""A chunk store in memory: the port's contract in its simplest form."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from ragline.adapters.stores.analysis import query_terms
from ragline.adapters.stores.bm25 import impact, weight
from ragline.adapters.stores.indexing import (
    IndexIdentity,
    candidate,
    literal_terms,
    mismatch,
    share_found,
    terms_of,
    wrong_length,
)
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate, Filters
from ragline.ports.store import (
    Consistency,
    DocumentRef,
    EmbeddedChunk,
    IndexedDocument,
    Scope,
    StoredDocument,
    WriteResult,
)

_Hit = tuple[IndexedDocument, EmbeddedChunk]
_NOTHING = StoredDocument(version=-1, gone=False, content_hash=None, access_version=-1, access=())


@dataclass(slots=True)
class _Entry:
    state: StoredDocument = _NOTHING
    document: IndexedDocument | None = None

    def readable(self, groups: tuple[str, ...]) -> bool:
        """Return whether a reader with `groups` may see the document."""
        return self.state.is_for(groups)

    def state_access(self, version: int, access: tuple[str, ...], *, by_event: bool) -> bool:
        if (version, by_event) < self.state.access_order:
            return False
        self.state = replace(
            self.state, access_version=version, access_by_event=by_event, access=access
        )
        return True


@dataclass(slots=True)
class MemoryCollection:
    """The data that outlives a `MemoryStore`: its documents and their index identity."""

    name: str = "Chunks"
    identity: IndexIdentity | None = None
    entries: dict[DocumentRef, _Entry] = field(default_factory=dict)


class MemoryStore:
    """`ChunkSearch` and `ChunkStore` over a `MemoryCollection`."""

    consistency = Consistency.IMMEDIATE

    def __init__(
        self, collection: MemoryCollection | None = None, *, fingerprint: str, dimensions: int
    ) -> None:
        collection = collection or MemoryCollection()
        identity = IndexIdentity(fingerprint, dimensions)
        if collection.identity not in (None, identity):
            raise mismatch(collection.name, collection.identity, identity)
        collection.identity = identity
        self._dimensions = dimensions
        self._entries = collection.entries

    async def ping(self) -> None:
        """Return at once: memory is always available."""

    async def reconnect(self) -> None:
        """Do nothing: there is no connection."""

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search every chunk by cosine similarity."""
        self._check(embedding)
        return self._best(
            SearchKind.VECTOR,
            [(hit, _cosine(embedding, hit[1].embedding)) for hit in self._visible(scope)],
            limit,
        )

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search every chunk by BM25."""
        score = self._bm25(query_terms(text), scope.tenant)
        scored = [(hit, score(hit)) for hit in self._visible(scope)]
        return self._best(SearchKind.KEYWORD, [each for each in scored if each[1] > 0], limit)

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search every chunk's metadata words."""
        worded = literal_terms(terms)
        scored = [
            (hit, share_found(worded, terms_of(*hit).metadata)) for hit in self._visible(scope)
        ]
        return self._best(SearchKind.METADATA, [each for each in scored if each[1] > 0], limit)

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Return what is stored."""
        entry = self._entries.get(ref)
        return entry.state if entry else None

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Replace the document; its stated access counts even if it is superseded."""
        for chunk in document.chunks:
            self._check(chunk.embedding)
        entry = self._entries.setdefault(document.ref, _Entry())
        if document.access is not None:
            entry.state_access(document.version, document.access, by_event=False)
        if (entry.state.version, entry.state.gone) > (document.version, False):
            return WriteResult.SUPERSEDED
        entry.document = document
        entry.state = replace(
            entry.state,
            version=document.version,
            gone=False,
            content_hash=document.content_hash,
            chunk_hashes=tuple(chunk.content_hash for chunk in document.chunks),
        )
        return WriteResult.APPLIED

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Drop the document and keep a tombstone."""
        entry = self._entries.setdefault(ref, _Entry())
        if (entry.state.version, entry.state.gone) > (version, True):
            return WriteResult.SUPERSEDED
        entry.document = None
        entry.state = replace(
            entry.state, version=version, gone=True, content_hash=None, chunk_hashes=()
        )
        return WriteResult.APPLIED

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read."""
        entry = self._entries.setdefault(ref, _Entry())
        applied = entry.state_access(version, access, by_event=True)
        return WriteResult.APPLIED if applied else WriteResult.SUPERSEDED

    async def settle(self, ref: DocumentRef) -> None:
        """Do nothing: nothing is ever half-written in memory."""

    def _check(self, embedding: Sequence[float]) -> None:
        if len(embedding) != self._dimensions:
            raise wrong_length(len(embedding), self._dimensions)

    def _visible(self, scope: Scope) -> list[_Hit]:
        return [
            (entry.document, chunk)
            for ref, entry in self._entries.items()
            if ref.tenant == scope.tenant and entry.document
            if entry.readable(scope.groups)
            if _matches(entry.document, scope.filters)
            for chunk in entry.document.chunks
        ]

    def _bm25(self, terms: Sequence[str], tenant: str) -> Callable[[_Hit], float]:
        bags = [
            Counter(terms_of(entry.document, chunk).relevance)
            for ref, entry in self._entries.items()
            if ref.tenant == tenant and entry.document
            for chunk in entry.document.chunks
        ]
        found_in = Counter(term for bag in bags for term in bag)
        average = sum(bag.total() for bag in bags) / max(len(bags), 1)

        def score(hit: _Hit) -> float:
            bag = Counter(terms_of(*hit).relevance)
            return sum(
                weight(len(bags), found_in[term]) * impact(bag[term], bag.total(), average)
                for term in terms
                if term in bag
            )

        return score

    def _best(
        self, kind: SearchKind, scored: list[tuple[_Hit, float]], limit: int
    ) -> list[Candidate]:
        candidates = [_candidate(*hit, kind, score) for hit, score in scored]
        candidates.sort(key=lambda each: (-each.scores[kind], each.document_id, each.ordinal))
        return candidates[:limit]


@asynccontextmanager
async def open_memory_store(
    collection: MemoryCollection, *, fingerprint: str, dimensions: int
) -> AsyncIterator[MemoryStore]:
    """Open `collection` as the real stores are opened."""
    yield MemoryStore(collection, fingerprint=fingerprint, dimensions=dimensions)


def _matches(document: IndexedDocument, filters: Filters) -> bool:
    updated = document.updated_at
    return all(
        (
            not filters.tags or set(filters.tags) & set(document.tags),
            not filters.media_types or document.media_type in filters.media_types,
            not filters.languages or document.language in filters.languages,
            not filters.document_ids or document.ref.document_id in filters.document_ids,
            not filters.updated_from or (updated and updated >= filters.updated_from),
            not filters.updated_to or (updated and updated <= filters.updated_to),
        )
    )


def _cosine(left: Sequence[float], right: Sequence[float]) -> float:
    product = sum(a * b for a, b in zip(left, right, strict=True))
    return product / (math.hypot(*left) * math.hypot(*right))


def _candidate(
    document: IndexedDocument, chunk: EmbeddedChunk, kind: SearchKind, score: float
) -> Candidate:
    return candidate(
        document_id=document.ref.document_id,
        version=document.version,
        ordinal=chunk.ordinal,
        title=document.title,
        heading_path=chunk.heading_path,
        url=document.url,
        text=chunk.text,
        start=chunk.start,
        end=chunk.end,
        updated_at=document.updated_at,
        scores={kind: score},
    )
