"""What a collection holds can be listed, to compare one index with another, and removed."""

from __future__ import annotations

import pytest

from ragline.adapters.stores.opening import (
    drop_collection,
    has_collection,
    open_inventory,
    open_store,
)
from ragline.ports.inventory import Listed
from ragline.settings import VectorStoreSettings
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT, document, ref


@pytest.fixture(params=["pgvector", "weaviate", "chroma", "pinecone"])
def settings(request: pytest.FixtureRequest) -> VectorStoreSettings:
    found: VectorStoreSettings = request.getfixturevalue(f"{request.param}_settings")
    return found


async def test_a_collection_that_is_not_there_holds_nothing_and_is_not_made(
    settings: VectorStoreSettings,
) -> None:
    async with open_inventory(settings) as inventory:
        assert await inventory.tenants() == []
        assert await inventory.documents("acme") == {}
    assert not await has_collection(settings)


async def test_documents_are_listed_by_tenant_as_readers_find_them(
    settings: VectorStoreSettings,
) -> None:
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document("a", version=2, access=("hr", "board")))
        await store.upsert(document("b", version=1))
        await store.set_access(ref("b"), version=3, access=("hr",))
        await store.upsert(document("gone", version=1))
        await store.delete(ref("gone"), version=2)
        await store.set_access(ref("never-written"), version=1, access=("hr",))
        await store.upsert(document("a", version=7, tenant="other"))
        async with open_inventory(settings) as inventory:
            assert await inventory.tenants() == ["acme", "other"]
            assert await inventory.documents("acme") == {
                "a": Listed(2, ("board", "hr")),
                "b": Listed(1, ("hr",)),
            }
            assert await inventory.documents("other") == {"a": Listed(7)}
            assert await inventory.documents("unknown") == {}


async def test_a_collection_is_removed_and_removing_it_again_is_harmless(
    settings: VectorStoreSettings,
) -> None:
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document("a", version=1))
    await drop_collection(settings)
    assert not await has_collection(settings)
    await drop_collection(settings)


async def test_a_document_with_more_readers_than_a_record_holds_is_listed_whole(
    settings: VectorStoreSettings,
) -> None:
    groups = tuple(f"group {number:04} with a long name" for number in range(800))
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        for number in range(3):
            await store.upsert(document(f"d{number}", version=1, access=groups))
        async with open_inventory(settings) as inventory:
            found = await inventory.documents("acme")
    assert found == {f"d{number}": Listed(1, groups) for number in range(3)}
