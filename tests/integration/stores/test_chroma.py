"""Chroma keeps every promise of the port, also when a writer dies in the middle."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Any

import pytest

from ragline.adapters.stores.chroma.client import connected
from ragline.adapters.stores.chroma.names import TenantCollections, root
from ragline.adapters.stores.chroma.records import ChromaRecord, Metadata
from ragline.adapters.stores.chroma.store import ChromaStore
from ragline.adapters.stores.chroma.tenant import TenantRecords
from ragline.adapters.stores.marked import write
from ragline.adapters.stores.opening import Store, open_reader, open_store
from ragline.errors import Misconfigured, Unavailable
from ragline.ports.store import WriteResult
from ragline.settings import VectorStoreSettings
from ragline.testing.audit import audit
from ragline.testing.faults import faults
from ragline.testing.store_contract import OpenReader, OpenStore, StoreContract
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    documents_seen,
    embedding,
    ref,
    scope,
    seen,
)

STAFF = scope(("staff",))


class TestChromaStore(StoreContract):
    @pytest.fixture
    def open_store(self, chroma_settings: VectorStoreSettings) -> OpenStore:
        return partial(open_store, chroma_settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)

    @pytest.fixture
    def open_reader(self, chroma_settings: VectorStoreSettings) -> OpenReader:
        return partial(open_reader, chroma_settings)


def opened(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Store]:
    return open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


@pytest.fixture
async def store(chroma_settings: VectorStoreSettings) -> AsyncIterator[ChromaStore]:
    async with opened(chroma_settings) as store:
        assert isinstance(store, ChromaStore)
        yield store


class Dying(TenantRecords):
    """A writer that dies before its n-th change."""

    def __init__(self, tenant: TenantRecords, *, after: int) -> None:
        self.__dict__.update(vars(tenant))
        self._left = after

    async def upsert(self, name: str, records: Sequence[ChromaRecord]) -> None:
        if records:
            self._change()
        await super().upsert(name, records)

    async def update(self, name: str, ids: Sequence[str], metadata: Metadata) -> None:
        if ids:
            self._change()
        await super().update(name, ids, metadata)

    async def remove(self, name: str, ids: Sequence[str]) -> None:
        if ids:
            self._change()
        await super().remove(name, ids)

    def _change(self) -> None:
        if not self._left:
            raise Unavailable("the writer died")
        self._left -= 1


Write = Callable[[TenantRecords], Coroutine[Any, Any, WriteResult]]
OLD = [("guide", 1, 0), ("guide", 1, 1), ("guide", 1, 2)]
NEW = [("guide", 2, 0), ("guide", 2, 1)]


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize(
    ("change", "states"),
    [
        (lambda tenant: write.upsert(tenant, document(version=2)), [OLD, NEW]),
        (lambda tenant: write.delete(tenant, "guide", 2), [OLD, []]),
        (lambda tenant: write.set_access(tenant, "guide", 2, ("staff",)), [OLD, OLD]),
    ],
    ids=["upsert", "delete", "access"],
)
async def test_a_writer_that_dies_leaves_the_old_or_the_new_and_a_retry_completes(
    store: ChromaStore,
    chroma_settings: VectorStoreSettings,
    after: int,
    change: Write,
    states: list[object],
) -> None:
    await store.upsert(document(version=1, texts=["a", "b", "c"], access=("staff", "ops")))
    tenant = store.tenant(TENANT)
    with suppress(Unavailable):
        await change(Dying(tenant, after=after))
    assert await seen(store, STAFF) in states
    assert await seen(store, scope()) == []

    assert await change(tenant) is WriteResult.APPLIED
    assert await seen(store, STAFF) == states[1]
    assert faults(await audit(chroma_settings)) == []


async def test_as_many_groups_as_a_reader_may_have_are_asked_for_at_once(
    store: ChromaStore,
) -> None:
    """The server nests SQL for each alternative, and SQLite limits how deep."""
    await store.upsert(document("hers", access=("g999",)))
    many = scope(tuple(f"g{n}" for n in range(1_000)))
    hits = await store.vector(embedding("x"), scope=many, limit=5)
    assert {hit.document_id for hit in hits} == {"hers"}


async def test_a_tenants_rows_are_in_collections_of_its_own(
    store: ChromaStore, chroma_settings: VectorStoreSettings
) -> None:
    await store.upsert(document("mine"))
    await store.upsert(document("hers", tenant="globex"))
    async with connected(chroma_settings) as connection:
        names = {each["name"] for each in await connection.collections()}
        expected = {root(chroma_settings.collection)}
        for tenant in (TENANT, "globex"):
            own = TenantCollections.of(chroma_settings.collection, tenant)
            expected |= {own.chunks, own.facts}
        assert {name for name in names if chroma_settings.collection in name} == expected

        await connection.remove(TenantCollections.of(chroma_settings.collection, "globex").chunks)
        assert await documents_seen(store) == {"mine"}


async def test_a_collection_that_is_removed_and_made_again_is_found(
    store: ChromaStore, chroma_settings: VectorStoreSettings
) -> None:
    await store.upsert(document(version=1))
    own = TenantCollections.of(chroma_settings.collection, TENANT)
    async with connected(chroma_settings) as other:
        await other.remove(own.chunks)
        await other.remove(own.facts)
    assert await seen(store) == []
    assert await store.current(ref()) is None
    await store.upsert(document(version=2, texts=["x"]))
    assert await seen(store) == [("guide", 2, 0)]


async def test_a_collection_of_somebody_else_is_left_alone(
    chroma_settings: VectorStoreSettings,
) -> None:
    async with connected(chroma_settings) as connection:
        await connection.ensure(root(chroma_settings.collection), {"whose": "somebody else"})
    with pytest.raises(Misconfigured, match="was not made by Ragline"):
        async with opened(chroma_settings):
            pass
