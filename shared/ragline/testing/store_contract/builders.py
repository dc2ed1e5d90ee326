"""Documents to store, and a helper that collects everything that a reader sees."""

from __future__ import annotations

import hashlib
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import pytest

from ragline.adapters.stores.opening import SourceReader, Store
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate, Filters
from ragline.ports.store import DocumentRef, EmbeddedChunk, IndexedDocument, Scope

TENANT = "acme"
DIMENSIONS = 8
FINGERPRINT = "test-model:8"
# in the text and the tags of every document, so that each search can find all of them
COMMON = "ubiquitous"


class OpenStore(Protocol):
    """Opens the store under test; every call opens the same collection, which starts empty."""

    def __call__(
        self, *, fingerprint: str = FINGERPRINT, dimensions: int = DIMENSIONS
    ) -> AbstractAsyncContextManager[Store]:
        """Open the collection with an embedding model's identity."""
        ...


class OpenReader(Protocol):
    """Opens the collection of `OpenStore` for reading sources, even before it was created."""

    def __call__(self) -> AbstractAsyncContextManager[SourceReader]:
        """Open the collection without an embedding model."""
        ...


class StoreCase:
    """Base of the suite's parts: `store` is the collection, open."""

    @pytest.fixture
    async def store(self, open_store: OpenStore) -> AsyncIterator[Store]:
        """The collection under test, open and empty."""
        async with open_store() as store:
            yield store


def ref(document_id: str = "guide", tenant: str = TENANT) -> DocumentRef:
    """Return a document's identity."""
    return DocumentRef(tenant=tenant, document_id=document_id)


def embedding(text: str) -> list[float]:
    """Return a unit vector that depends only on `text`."""
    raw = [byte - 127.5 for byte in hashlib.sha256(text.encode()).digest()[:DIMENSIONS]]
    length = math.hypot(*raw)
    return [value / length for value in raw]


def chunks(texts: Sequence[str], headings: tuple[str, ...] = ()) -> list[EmbeddedChunk]:
    """Return one chunk per text, consecutive in the source."""
    return [
        EmbeddedChunk(
            ordinal=ordinal,
            text=text,
            start=sum(map(len, texts[:ordinal])),
            end=sum(map(len, texts[: ordinal + 1])),
            heading_path=headings,
            content_hash=hashlib.sha256(text.encode()).hexdigest(),
            embedding=embedding(text),
        )
        for ordinal, text in enumerate(texts)
    ]


def document(
    document_id: str = "guide",
    version: int = 1,
    texts: Sequence[str] = ("one", "two"),
    *,
    tenant: str = TENANT,
    headings: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    **facts: Any,
) -> IndexedDocument:
    """Return a document whose chunks and tags hold the common word."""
    return IndexedDocument(
        ref=ref(document_id, tenant),
        version=version,
        chunks=chunks([f"{COMMON} {text}" for text in texts], headings),
        content_hash=f"hash of {texts}",
        tags=(COMMON, *tags),
        **facts,
    )


def scope(
    groups: tuple[str, ...] = (), filters: Filters | None = None, tenant: str = TENANT
) -> Scope:
    """Return what a reader may see."""
    return Scope(tenant=tenant, groups=groups, filters=filters or Filters())


async def search_all(
    store: Store, within: Scope, limit: int = 500
) -> dict[SearchKind, list[Candidate]]:
    """Run the three searches so that each finds every document of the scope."""
    return {
        SearchKind.VECTOR: await store.vector(embedding(COMMON), scope=within, limit=limit),
        SearchKind.KEYWORD: await store.keyword(COMMON, scope=within, limit=limit),
        SearchKind.METADATA: await store.metadata([COMMON], scope=within, limit=limit),
    }


async def seen(store: Store, within: Scope | None = None) -> list[tuple[str, int, int]]:
    """Return (document, version, ordinal) of all chunks a reader sees; all searches must agree."""
    found = await search_all(store, within or scope())
    answers = [
        sorted((hit.document_id, hit.version, hit.ordinal) for hit in hits)
        for hits in found.values()
    ]
    assert answers[0] == answers[1] == answers[2]
    return answers[0]


async def documents_seen(store: Store, within: Scope | None = None) -> set[str]:
    """Return the ids of the documents that a reader sees."""
    return {document_id for document_id, _, _ in await seen(store, within)}
