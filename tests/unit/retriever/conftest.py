"""Candidates, events and a store that can fail on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import Candidate, QueryClassified
from ragline.messaging.slots import DeliverySlot
from ragline.ports.store import CurrentVersions, DocumentRef, Scope, StoredDocument
from ragline_retriever.freshness import VersionWaiter
from ragline_retriever.version_watch import VersionWatch

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
DEFAULT_PLAN: dict[str, Any] = {
    "name": "test",
    "weights": {SearchKind.VECTOR: 0.6, SearchKind.KEYWORD: 0.3, SearchKind.METADATA: 0.1},
}


def make_candidate(chunk: str, /, **given: Any) -> Candidate:
    document = given.pop("document_id", chunk.split("#", maxsplit=1)[0])
    text = given.pop("text", f"text of {chunk}")
    defaults: dict[str, Any] = {
        "chunk_id": chunk,
        "document_id": document,
        "version": 1,
        "ordinal": 0,
        "text": text,
        "start": 0,
        "end": len(text),
    }
    return Candidate(**(defaults | given))


def make_event(**given: Any) -> QueryClassified:
    plan = Plan(**(DEFAULT_PLAN | given.pop("plan", {})))
    defaults: dict[str, Any] = {
        "query_id": "q1",
        "text": "how long do queues live",
        "standalone_text": "how long do queues live",
        "intent": Intent.FACTUAL,
        "confidence": 0.9,
        "plan": plan,
    }
    return QueryClassified(**(defaults | given))


class StubStore:
    """A `ChunkSearch` with fixed results; an exception among them is raised.

    `hang` names searches that never end. `calls` are (kind, argument, scope, limit), `looks` the
    documents whose versions were looked up, `words` those that a passage was searched for which are
    in no other one; `known` are in documents.
    """

    def __init__(self, **results: Sequence[Candidate] | Exception) -> None:
        self.results = results
        self.hang: set[str] = set()
        self.documents: dict[str, StoredDocument] = {}
        self.calls: list[tuple[str, Any, Scope, int]] = []
        self.looks: list[str] = []
        self.words: list[tuple[str, Scope]] = []
        self.known: set[str] = set()

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        return await self._answer("vector", embedding, scope, limit)

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        if limit == 1:  # whether any document has a word
            self.words.append((text, scope))
            return [make_candidate(text)] if text in self.known else []
        return await self._answer("keyword", text, scope, limit)

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        return await self._answer("metadata", terms, scope, limit)

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        key = f"{ref.tenant}/{ref.document_id}"
        self.looks.append(key)
        return self.documents.get(key)

    async def _answer(self, kind: str, argument: Any, scope: Scope, limit: int) -> list[Candidate]:
        self.calls.append((kind, argument, scope, limit))
        if kind in self.hang:
            await asyncio.Event().wait()
        result = self.results.get(kind, [])
        if isinstance(result, Exception):
            raise result
        return list(result)


class StubEmbedder:
    """Embeds every text as the same vector and counts calls."""

    fingerprint = "stub@1"
    dimensions = 2

    def __init__(self, error: Exception | None = None) -> None:
        self.queries: list[str] = []
        self._error = error

    def similarity(self, cosine: float) -> float:
        return cosine

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]

    async def embed_query(self, text: str) -> list[float]:
        if self._error:
            raise self._error
        self.queries.append(text)
        return [1.0, 0.0]


def make_waiter(
    store: CurrentVersions, *, most_s: float = 3_600, per_tenant: int = 16, looks: int = 10
) -> VersionWaiter:
    return VersionWaiter(
        store=store,
        watch=VersionWatch(store=store, every_s=0.01, looks=looks),
        slot=DeliverySlot(),
        most_s=most_s,
        per_tenant=per_tenant,
    )


@pytest.fixture
def waiter() -> Callable[..., VersionWaiter]:
    return make_waiter


@pytest.fixture
def candidate() -> Callable[..., Candidate]:
    return make_candidate


@pytest.fixture
def event() -> Callable[..., QueryClassified]:
    return make_event


@pytest.fixture
def store() -> type[StubStore]:
    return StubStore


@pytest.fixture
def embedder() -> type[StubEmbedder]:
    return StubEmbedder


@pytest.fixture
def now() -> datetime:
    return NOW
