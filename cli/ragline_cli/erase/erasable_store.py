"""What the vector stores keep of documents, read and removed through their ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from ragline.adapters.redis.embedding_cache import embedding_key
from ragline.adapters.stores.opening import SourceReader, Store, contents, open_reader, open_store
from ragline.contracts.indexes import Index
from ragline.embedded_text import embedded_text
from ragline.index_settings import settings_for
from ragline.ports.store import DocumentRef, StoredDocument
from ragline.settings import VectorStoreSettings
from ragline_cli.stack.operator_settings import OperatorSettings


@dataclass(frozen=True, slots=True)
class ErasableStore:
    """The store of an index, opened with the identity that its collection has: without a model."""

    index: str
    store: Store
    reader: SourceReader
    fingerprint: str

    async def state(self, ref: DocumentRef) -> StoredDocument | None:
        """Return what is stored of a document. Raises as the port."""
        return await self.store.current(ref)

    async def embedding_keys(self, ref: DocumentRef, state: StoredDocument) -> list[str]:
        """Return under which keys the vectors of the document's chunks are cached."""
        source = await self.reader.read(ref, groups=state.access)
        if source is None:
            return []
        texts = {embedded_text(source.title, p.heading_path, p.text) for p in source.parts}
        return sorted(embedding_key(self.fingerprint, text) for text in texts)

    async def remove(self, ref: DocumentRef, version: int) -> None:
        """Remove all chunks; the version stays, so that no late change brings them back."""
        await self.store.delete(ref, version=version)


@asynccontextmanager
async def open_erasable_stores(
    settings: OperatorSettings, indexes: Sequence[Index]
) -> AsyncIterator[Sequence[ErasableStore]]:
    """Open the collection of each index, if there is one.

    Raises:
        Unavailable: a store is down.
        Misconfigured: wrong credentials, or a collection of another release.
    """
    async with AsyncExitStack() as stack:
        found = []
        for index in indexes:
            own = settings_for(settings, index).vector_store
            if (opened := await _opened(stack, index.name, own)) is not None:
                found.append(opened)
        yield found


async def _opened(
    stack: AsyncExitStack, index: str, settings: VectorStoreSettings
) -> ErasableStore | None:
    found = await contents(settings)
    if found is None:
        return None
    identity = found.identity
    store = await stack.enter_async_context(
        open_store(settings, fingerprint=identity.fingerprint, dimensions=identity.dimensions)
    )
    reader = await stack.enter_async_context(open_reader(settings))
    return ErasableStore(index, store, reader, identity.fingerprint)
