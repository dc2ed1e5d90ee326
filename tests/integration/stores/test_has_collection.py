"""Whether a collection is there can be asked without making one."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from ragline.adapters.stores.opening import contents, has_collection, open_store
from ragline.errors import Unavailable
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT, document


@pytest.fixture(params=["pgvector", "weaviate", "chroma", "pinecone"])
def settings(request: pytest.FixtureRequest) -> VectorStoreSettings:
    found: VectorStoreSettings = request.getfixturevalue(f"{request.param}_settings")
    return found


async def test_asking_for_a_collection_does_not_make_it(settings: VectorStoreSettings) -> None:
    assert not await has_collection(settings)
    assert not await has_collection(settings)
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS):
        assert await has_collection(settings)


async def test_a_collection_says_what_it_was_made_with(settings: VectorStoreSettings) -> None:
    assert await contents(settings) is None
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document("a.md"))
        await store.delete(document("b.md").ref, version=1)
    found = await contents(settings)
    assert found is not None
    assert (found.identity.fingerprint, found.identity.dimensions) == (FINGERPRINT, DIMENSIONS)
    assert found.tenants == 1
    if settings.kind is StoreKind.PGVECTOR:
        assert found.documents == 1
        assert found.chunks == len(document("a.md").chunks)


async def test_a_store_that_is_down_is_no_missing_collection(
    settings: VectorStoreSettings, free_port: int
) -> None:
    scheme = settings.url.get_secret_value().partition("://")[0]
    down = settings.model_copy(update={"url": SecretStr(f"{scheme}://127.0.0.1:{free_port}/db")})
    with pytest.raises(Unavailable):
        await has_collection(down)
