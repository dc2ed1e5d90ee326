"""The audit sees what is stored, also what readers never see."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.adapters.stores.opening import open_store
from ragline.adapters.stores.weaviate.objects import chunk_objects, marker_object
from ragline.adapters.stores.weaviate.store import WeaviateStore
from ragline.settings import VectorStoreSettings
from ragline.testing.audit import audit
from ragline.testing.faults import Fault, faults
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    ref,
    seen,
)

OTHER = "globex"


@pytest.fixture(params=["pgvector", "weaviate", "chroma", "pinecone"])
def settings(request: pytest.FixtureRequest) -> VectorStoreSettings:
    """A collection of the test's own, in each store."""
    found: VectorStoreSettings = request.getfixturevalue(f"{request.param}_settings")
    return found


async def test_a_collection_that_does_not_exist_holds_nothing(
    settings: VectorStoreSettings,
) -> None:
    assert await audit(settings) == []


async def test_every_tenants_objects_are_listed(settings: VectorStoreSettings) -> None:
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document(version=1, texts=["a"]))
        await store.upsert(document(version=3, texts=["a", "b"], access=("staff",)))
        await store.upsert(document(version=1, tenant=OTHER))
        await store.set_access(ref(tenant=OTHER), version=2, access=("ops", "staff"))
        await store.delete(ref(tenant=OTHER), version=4)

        stored = await audit(settings)

    facts = {(each.tenant, each.version, each.kind, each.ordinal, each.chunks) for each in stored}
    assert {fact for fact in facts if fact[2] != "access"} == {
        (TENANT, 3, "chunk", 0, None),
        (TENANT, 3, "chunk", 1, None),
        (TENANT, 3, "content", None, 2),
        (OTHER, 4, "gone", None, None),
    }
    assert {each.readers for each in stored if each.tenant == OTHER} == {None, ("ops", "staff")}
    assert {each.readers for each in stored if each.tenant == TENANT} - {None} == {("staff",)}
    assert faults(stored) == []


async def test_more_objects_than_a_page_are_listed(settings: VectorStoreSettings) -> None:
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document(texts=[str(n) for n in range(1_001)]))
        stored = await audit(settings)
    assert {each.ordinal for each in stored} == {None, *range(1_001)}
    assert len(stored) == 1_002


async def _leave_in_weaviate(settings: VectorStoreSettings) -> None:
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        assert isinstance(store, WeaviateStore)
        tenant = store.tenant(TENANT)
        await tenant.insert(chunk_objects(document(version=1), ("ops",)))
        await tenant.insert(
            [marker_object(Marker(kind=MarkerKind.CONTENT, document_id="guide", version=1))]
        )
        await tenant.insert(chunk_objects(document(version=2, texts=["x"]), ("ops",)))


async def _take_from_postgresql(settings: VectorStoreSettings) -> None:
    connection = await asyncpg.connect(
        settings.url.get_secret_value(),
        server_settings={"search_path": f'"{settings.collection}"'},
    )
    try:
        await connection.execute("DELETE FROM chunks WHERE ordinal = 0")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("backend", "damage", "found"),
    [
        (
            "weaviate",
            _leave_in_weaviate,
            {
                ("orphan", 1, "chunk", 0),
                ("orphan", 1, "chunk", 1),
                ("orphan", 1, "content", None),
                ("misread", 2, "chunk", 0),
            },
        ),
        ("pgvector", _take_from_postgresql, {("missing", 2, "content", None)}),
    ],
)
async def test_what_readers_never_see_is_found(
    request: pytest.FixtureRequest,
    backend: str,
    damage: Callable[[VectorStoreSettings], Awaitable[None]],
    found: set[tuple[str, int, str, int | None]],
) -> None:
    settings: VectorStoreSettings = request.getfixturevalue(f"{backend}_settings")
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document(version=2, texts=["x"], access=("staff",)))
        assert faults(await audit(settings)) == []
        await damage(settings)
        assert {_key(fault) for fault in faults(await audit(settings))} == found
        assert await seen(store) == []


def _key(fault: Fault) -> tuple[str, int, str, int | None]:
    return fault.what, fault.about.version, fault.about.kind, fault.about.ordinal
