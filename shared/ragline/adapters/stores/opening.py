"""The one place that turns `VectorStoreSettings` into a chunk store or a reader of sources."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

from ragline.adapters.stores.indexing import CollectionContents
from ragline.errors import Misconfigured
from ragline.ports.inventory import Inventory
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

    async def contents(self, settings: VectorStoreSettings) -> CollectionContents | None: ...

    async def drop_collection(self, settings: VectorStoreSettings) -> None: ...


class _ReaderAdapter(Protocol):
    def open_reader(
        self, settings: VectorStoreSettings
    ) -> AbstractAsyncContextManager[ConnectedReader]: ...


class _InventoryAdapter(Protocol):
    def open_inventory(
        self, settings: VectorStoreSettings
    ) -> AbstractAsyncContextManager[Inventory]: ...


# module names, so that a process imports only the client library of the store that it uses
_ADAPTERS = {
    StoreKind.CHROMA: "ragline.adapters.stores.chroma",
    StoreKind.QDRANT: "ragline.adapters.stores.qdrant",
    StoreKind.PGVECTOR: "ragline.adapters.stores.pgvector",
    StoreKind.PINECONE: "ragline.adapters.stores.pinecone",
    StoreKind.WEAVIATE: "ragline.adapters.stores.weaviate",
}


def import_client(kind: StoreKind) -> None:
    """Import the client library of a store, as opening it does.

    Raises:
        Misconfigured: it is not installed.
    """
    _module(kind, "store")


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
        Misconfigured: wrong credentials or missing rights, or its client is not installed.
    """
    adapter = cast("_StoreAdapter", _module(settings.kind, "store"))
    return adapter.open_store(settings, fingerprint=fingerprint, dimensions=dimensions)


async def has_collection(settings: VectorStoreSettings) -> bool:
    """Tell whether the configured collection exists; create nothing.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights, or its client is not installed.
    """
    adapter = cast("_StoreAdapter", _module(settings.kind, "store"))
    return await adapter.has_collection(settings)


async def contents(settings: VectorStoreSettings) -> CollectionContents | None:
    """Return what the configured collection is and holds, or None if there is none; create nothing.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights, or the collection is not Ragline's.
    """
    adapter = cast("_StoreAdapter", _module(settings.kind, "store"))
    return await adapter.contents(settings)


async def drop_collection(settings: VectorStoreSettings) -> None:
    """Remove the configured collection, if it exists, with all that it holds.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights.
    """
    adapter = cast("_StoreAdapter", _module(settings.kind, "store"))
    await adapter.drop_collection(settings)


def open_inventory(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Inventory]:
    """Open the configured store for listing what its collection holds.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights, or its client is not installed.
    """
    adapter = cast("_InventoryAdapter", _module(settings.kind, "inventory"))
    return adapter.open_inventory(settings)


def open_reader(settings: VectorStoreSettings) -> AbstractAsyncContextManager[ConnectedReader]:
    """Open the configured store for reading sources; needs no embedding model, creates nothing.

    While the collection does not exist, every document is unknown; once the ingestor has created
    it, its documents are found.

    Args:
        settings: which store, where, and the collection's name.

    Raises:
        Unavailable: the store is down; trying again can help.
        Misconfigured: wrong credentials or missing rights, or its client is not installed.
    """
    adapter = cast("_ReaderAdapter", _module(settings.kind, "reader"))
    return adapter.open_reader(settings)


def _module(kind: StoreKind, name: str) -> ModuleType:
    try:
        return import_module(f"{_ADAPTERS[kind]}.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("ragline"):
            raise
        raise Misconfigured(
            f"the client of {kind} is not installed ({error.name}): "
            f"pip install 'ragline[{kind}]', or set another RAGLINE_VECTOR_STORE__KIND"
        ) from error
