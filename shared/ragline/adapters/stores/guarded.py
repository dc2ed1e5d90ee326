"""Stores that are left alone while they fail, and whose calls return in time whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.circuit.bounded_calls import BoundedCalls
from ragline.adapters.circuit.breaker import Breaker
from ragline.adapters.stores.opening import SourceReader, Store, open_reader, open_store
from ragline.contracts.queries import Candidate
from ragline.observability.metrics import Metrics
from ragline.observability.semantic_conventions import DB_OPERATION, DB_SYSTEM
from ragline.observability.tracer import Span, SpanKind, active_span
from ragline.ports.models import Embedder
from ragline.ports.sources import SourceText
from ragline.ports.store import (
    Consistency,
    DocumentRef,
    IndexedDocument,
    Scope,
    StoredDocument,
    WriteResult,
)
from ragline.settings import CircuitSettings, VectorStoreSettings

_NAME = "vector_store"


class GuardedStore:
    """Passes calls on to `store` while the circuit lets them through; ports of a store.

    Raises, besides what `store` raises:
        Unavailable: the call did not end in time.
        CircuitOpen: the store failed recently; it is not called before the next trial.
    """

    def __init__(
        self, store: Store, breaker: Breaker, calls: BoundedCalls, *, name: str = _NAME
    ) -> None:
        self._store = store
        self._name = name
        self._breaker = breaker
        self._calls = calls

    @property
    def consistency(self) -> Consistency:
        """When readers see a finished write."""
        return self._store.consistency

    def stuck(self) -> str | None:
        """Return why no call can be made any more in this process, or None."""
        return self._calls.problem()

    def _called(self, operation: str) -> Span:
        span = active_span()
        if not span.recorded:
            return span
        return span.child(
            f"{operation} {self._name}",
            kind=SpanKind.CLIENT,
            attributes={DB_SYSTEM: self._name, DB_OPERATION: operation},
        )

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search by cosine similarity."""
        with self._called("vector"), self._breaker.call():
            return await self._calls.run(self._store.vector(embedding, scope=scope, limit=limit))

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search by relevance."""
        with self._called("keyword"), self._breaker.call():
            return await self._calls.run(self._store.keyword(text, scope=scope, limit=limit))

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search literal terms."""
        with self._called("metadata"), self._breaker.call():
            return await self._calls.run(self._store.metadata(terms, scope=scope, limit=limit))

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Return what is stored of a document."""
        with self._called("current"), self._breaker.call():
            return await self._calls.run(self._store.current(ref))

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Make `document` the current version."""
        with self._called("upsert"), self._breaker.call():
            return await self._calls.run(self._store.upsert(document))

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Remove a document."""
        with self._called("delete"), self._breaker.call():
            return await self._calls.run(self._store.delete(ref, version=version))

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read a document."""
        with self._called("set_access"), self._breaker.call():
            return await self._calls.run(
                self._store.set_access(ref, version=version, access=access)
            )

    async def settle(self, ref: DocumentRef) -> None:
        """Clean up after a writer that died."""
        with self._called("settle"), self._breaker.call():
            await self._calls.run(self._store.settle(ref))

    def problem(self) -> str | None:
        """Return why the store is not called at the moment, or None."""
        return self._breaker.problem()

    async def ping(self) -> None:
        """Return when the store answers; while the circuit is open, a ping can be the trial call.

        While the circuit is closed, the result of a ping does not count: a store that answers pings
        may still fail every search.
        """
        if self._breaker.closed:
            await self._calls.run(self._store.ping())
            return
        with self._breaker.call():
            await self._calls.run(self._store.ping())


@asynccontextmanager
async def open_guarded_store(
    settings: VectorStoreSettings, circuit: CircuitSettings, *, embedder: Embedder, metrics: Metrics
) -> AsyncIterator[GuardedStore]:
    """Open the configured store for vectors of `embedder`, behind the breaker `vector_store`.

    Raises:
        Unavailable, FingerprintMismatch, Misconfigured: see `open_store`.
    """
    async with open_store(
        settings, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions
    ) as store:
        yield GuardedStore(
            store,
            Breaker(_NAME, settings=circuit, metrics=metrics),
            BoundedCalls(_NAME, metrics=metrics, reconnect=store.reconnect),
            name=settings.kind,
        )


class BoundedReader:
    """Passes calls on to `reader`; they return in time. Port `DocumentReader`."""

    def __init__(self, reader: SourceReader, calls: BoundedCalls) -> None:
        self._reader = reader
        self._calls = calls

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Return a document's current version."""
        return await self._calls.run(self._reader.read(ref, groups=groups))

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Return which of these documents a reader may know of."""
        return await self._calls.run(self._reader.permitted(tenant, document_ids, groups=groups))


@asynccontextmanager
async def open_bounded_reader(
    settings: VectorStoreSettings, *, metrics: Metrics
) -> AsyncIterator[BoundedReader]:
    """Open the configured store for reading sources.

    Raises:
        Unavailable, Misconfigured: see `open_reader`.
    """
    async with open_reader(settings) as reader:
        yield BoundedReader(
            reader, BoundedCalls(_NAME, metrics=metrics, reconnect=reader.reconnect)
        )
