"""The one place that turns `VectorStoreSettings` into a chunk store or a reader of sources."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Protocol, cast

from ragline.ports.sources import DocumentReader
from ragline.ports.store import ChunkSearch, FencedStore
from ragline.settings import StoreKind, VectorStoreSettings


class Reachable(Protocol):
    """Says whether it can be reached."""

    async def ping(self) -> None:
        """Return when the store answers.

        Raises:
            Unavailable: the store does not answer.
        """
        ...


class Reconnectable(Protocol):
    """Has connections that can be given up."""

    async def reconnect(self) -> None:
        """Give up the connections that there are; later calls get new ones. Waits for nothing."""
        ...


class Store(ChunkSearch, FencedStore, Reachable, Protocol):
    """A store as used by searches and by the writer."""


class ConnectedStore(Store, Reconnectable, Protocol):
    """A store as an adapter opens it."""


class SourceReader(DocumentReader, Reachable, Protocol):
    """A store as used for opening sources."""


class ConnectedReader(SourceReader, Reconnectable, Protocol):
    """A reader of sources as an adapter opens it."""


class _StoreAdapter(Protocol):
    def open_store(
        self, settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
    ) -> AbstractAsyncContextManager[ConnectedStore]: ...

    async def has_collection(self, settings: VectorStoreSettings) -> bool: ...


class _ReaderAdapter(Protocol):
    def open_reader(
        self, settings: VectorStoreSettings
    ) -> AbstractAsyncContextManager[ConnectedReader]: ...


# module names, so that a process imports only the client library of the store that it uses
_ADAPTERS = {
    StoreKind.PGVECTOR: "ragline.adapters.stores.pgvector",
    StoreKind.WEAVIATE: "ragline.adapters.stores.weaviate",
}


def open_store(
    settings: VectorStoreSettings, *, fingerprint: str, dimensions: int
) -> AbstractAsyncContextManager[ConnectedStore]:
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
    adapter = cast("_StoreAdapter", import_module(f"{_ADAPTERS[settings.kind]}.store"))
    return adapter.open_store(settings, fingerprint=fingerprint, dimensions=dimensions)


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the configured collection exists; create nothing.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights.
    """
    adapter = cast("_StoreAdapter", import_module(f"{_ADAPTERS[settings.kind]}.store"))
    return await adapter.has_collection(settings)


def open_reader(settings: VectorStoreSettings) -> AbstractAsyncContextManager[ConnectedReader]:
    """Open the configured store for reading sources; needs no embedding model, creates nothing.

    While the collection does not exist, every document is unknown; once the ingestor has created
    it, its documents are found.

    Args:
        settings: which store, where, and the collection's name.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights.
    """
    adapter = cast("_ReaderAdapter", import_module(f"{_ADAPTERS[settings.kind]}.reader"))
    return adapter.open_reader(settings)
