"""Writes that count as done when they were seen: for stores that are eventually consistent.

This is the one place where the ingestor heeds a store's consistency. What a status reports as
`indexed` or `deleted`, readers have at that time; a question that waits for it finds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ragline.errors import Unavailable
from ragline.ports.store import (
    Consistency,
    DocumentRef,
    FencedStore,
    IndexedDocument,
    StoredDocument,
    WriteResult,
)

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


def read_back(store: FencedStore, *, patience_s: float) -> FencedStore:
    """Return `store` itself if readers see its writes at once, else with a look after each write.

    Args:
        store: the chunk store.
        patience_s: for how many seconds a finished write may stay unseen.
    """
    if store.consistency is Consistency.IMMEDIATE:
        return store
    return ReadBackStore(store, patience_s=patience_s)


class ReadBackStore:
    """Passes calls on to `store`, and looks until what a write did is seen. Port `FencedStore`.

    Writes raise, besides what `store` raises:
        Unavailable: the write is not seen in time; written again, it is looked for again.
    """

    def __init__(self, store: FencedStore, *, patience_s: float) -> None:
        self._store = store
        self._patience_s = patience_s

    @property
    def consistency(self) -> Consistency:
        """When readers see a finished write."""
        return self._store.consistency

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Return what is stored."""
        return await self._store.current(ref)

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Make `document` the current version, and see that it or a newer one is."""
        result = await self._store.upsert(document)
        wanted = document.version, False
        await self._seen(document.ref, lambda stored: (stored.version, stored.gone) >= wanted)
        return result

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Delete a document, and see that it is gone or newer."""
        result = await self._store.delete(ref, version=version)
        wanted = version, True
        await self._seen(ref, lambda stored: (stored.version, stored.gone) >= wanted)
        return result

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read, and see that this or something newer says so."""
        result = await self._store.set_access(ref, version=version, access=access)
        await self._seen(ref, lambda stored: stored.access_version >= version)
        return result

    async def settle(self, ref: DocumentRef) -> None:
        """Clean up after a writer that died."""
        await self._store.settle(ref)

    async def _seen(self, ref: DocumentRef, done: Callable[[StoredDocument], bool]) -> None:
        clock = asyncio.get_running_loop().time
        ends, pause = clock() + self._patience_s, _FIRST_PAUSE_S
        while True:
            stored = await self._store.current(ref)
            if stored is not None and done(stored):
                return
            if clock() + pause > ends:
                raise Unavailable(
                    f"the store took a change of {ref.document_id} and does not show it after "
                    f"{self._patience_s:g} s; it is tried again "
                    "(RAGLINE_VECTOR_STORE__FRESHNESS_S)"
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
