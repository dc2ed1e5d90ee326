"""A chunk store behind its circuit breaker: ports `ChunkSearch` and `ChunkStore`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.circuit.breaker import Breaker
from ragline.adapters.stores.opening import Store, open_store
from ragline.contracts.queries import Candidate
from ragline.observability.metrics import Metrics
from ragline.ports.models import Embedder
from ragline.ports.store import DocumentRef, IndexedDocument, Scope, StoredDocument, WriteResult
from ragline.settings import CircuitSettings, VectorStoreSettings


class GuardedStore:
    """Passes calls on to `store` while the circuit lets them through.

    Raises, besides what `store` raises:
        CircuitOpen: the store failed recently; it is not called before the next trial.
    """

    def __init__(self, store: Store, breaker: Breaker) -> None:
        self._store = store
        self._breaker = breaker

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search by cosine similarity."""
        with self._breaker.call():
            return await self._store.vector(embedding, scope=scope, limit=limit)

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search by relevance."""
        with self._breaker.call():
            return await self._store.keyword(text, scope=scope, limit=limit)

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search literal terms."""
        with self._breaker.call():
            return await self._store.metadata(terms, scope=scope, limit=limit)

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Return what is stored of a document."""
        with self._breaker.call():
            return await self._store.current(ref)

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Make `document` the current version."""
        with self._breaker.call():
            return await self._store.upsert(document)

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Remove a document."""
        with self._breaker.call():
            return await self._store.delete(ref, version=version)

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read a document."""
        with self._breaker.call():
            return await self._store.set_access(ref, version=version, access=access)

    async def settle(self, ref: DocumentRef) -> None:
        """Clean up after a writer that died."""
        with self._breaker.call():
            await self._store.settle(ref)

    def problem(self) -> str | None:
        """Return why the store is not called at the moment, or None."""
        return self._breaker.problem()

    async def ping(self) -> None:
        """Return when the store answers; while the circuit is open, a ping can be the trial call.

        While the circuit is closed, the result of a ping does not count: a store that answers pings
        may still fail every search.
        """
        if self._breaker.closed:
            await self._store.ping()
            return
        with self._breaker.call():
            await self._store.ping()


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
        yield GuardedStore(store, Breaker("vector_store", settings=circuit, metrics=metrics))
