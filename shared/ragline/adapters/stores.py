"""The one place that turns `VectorStoreSettings` into a chunk store."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Protocol, cast

from ragline.ports.store import ChunkSearch, FencedStore
from ragline.settings import StoreKind, VectorStoreSettings


class Store(ChunkSearch, FencedStore, Protocol):
    """A store as readers and the writer see it, and whether it can be reached."""

    async def ping(self) -> None:
        """Return when the store answers.

        Raises:
            Unavailable: it does not.
        """
        ...


class _Adapter(Protocol):
    def open_store(
        self, settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
    ) -> AbstractAsyncContextManager[Store]: ...

    async def has_collection(self, settings: VectorStoreSettings) -> bool: ...


# by name: a process loads only the client library of the store that it uses
_ADAPTERS = {
    StoreKind.PGVECTOR: "ragline.adapters.pgvector.store",
    StoreKind.WEAVIATE: "ragline.adapters.weaviate.store",
}


def open_store(
    settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
) -> AbstractAsyncContextManager[Store]:
    """Open the configured store, creating its collection when there is none.

    Args:
        settings: which store, where, and the collection's name.
        fingerprint: identity of the embedding model (`Embedder.fingerprint`).
        dimensions: length of its vectors.

    Raises:
        Unavailable: the store is down; trying again can help.
        FingerprintMismatch: the collection holds vectors of another model.
        Misconfigured: wrong credentials or missing rights.
    """
    return _adapter(settings).open_store(settings, fingerprint=fingerprint, dimensions=dimensions)


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the configured collection is there, and create nothing.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights.
    """
    return await _adapter(settings).has_collection(settings)


def _adapter(settings: VectorStoreSettings) -> _Adapter:
    return cast("_Adapter", import_module(_ADAPTERS[settings.kind]))
