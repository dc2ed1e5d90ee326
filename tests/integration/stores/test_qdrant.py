"""Qdrant keeps every promise of the port: local mode, its engine, and a server if there is one.

`RAGLINE_TEST_QDRANT_URL` (and `RAGLINE_TEST_QDRANT_API_KEY`) name the server. Only a server shows
replicas, time-outs, authentication and what the network does.
"""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient, models
from tests.integration.stores.qdrant_edge_client import EdgeClient

from ragline.adapters.stores.indexing import IndexIdentity
from ragline.adapters.stores.marked import write
from ragline.adapters.stores.marked.payload import Payload
from ragline.adapters.stores.opening import open_reader, open_store
from ragline.adapters.stores.qdrant import client, schema
from ragline.adapters.stores.qdrant.client import QdrantConnection
from ragline.adapters.stores.qdrant.points import IDENTITY
from ragline.adapters.stores.qdrant.reader import QdrantReader
from ragline.adapters.stores.qdrant.scope import chunks
from ragline.adapters.stores.qdrant.store import QdrantStore, store_on
from ragline.adapters.stores.qdrant.tenant import TenantPoints
from ragline.errors import FingerprintMismatch, Misconfigured, Unavailable
from ragline.ports.store import WriteResult
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.faults import faults
from ragline.testing.qdrant_objects import qdrant_objects
from ragline.testing.store_contract import OpenReader, OpenStore, StoreContract
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    ref,
    scope,
    seen,
)

URL = os.environ.get("RAGLINE_TEST_QDRANT_URL")
STAFF = scope(("staff",))


@pytest.fixture
def settings() -> VectorStoreSettings:
    """A separate collection for the test, on the server if there is one."""
    key = os.environ.get("RAGLINE_TEST_QDRANT_API_KEY")
    return VectorStoreSettings(
        kind=StoreKind.QDRANT,
        url=SecretStr(URL or "http://localhost:6333"),
        api_key=SecretStr(key) if key else None,
        collection=f"T{uuid.uuid4().hex}",
    )


@pytest.fixture(params=["local", "engine"])
async def connection(
    request: pytest.FixtureRequest, settings: VectorStoreSettings, tmp_path: Path
) -> AsyncIterator[QdrantConnection]:
    """A connection to a Qdrant in this process, which stays when stores on it are closed."""
    made: Any = (
        AsyncQdrantClient(location=":memory:")
        if request.param == "local"
        else EdgeClient(tmp_path / "shards")
    )
    yield QdrantConnection(settings, client=made)
    await made.close()


@asynccontextmanager
async def _store(
    connection: QdrantConnection,
    name: str,
    *,
    fingerprint: str = FINGERPRINT,
    dimensions: int = DIMENSIONS,
) -> AsyncIterator[QdrantStore]:
    yield await store_on(connection, name, fingerprint=fingerprint, dimensions=dimensions)


@asynccontextmanager
async def _reader(connection: QdrantConnection, name: str) -> AsyncIterator[QdrantReader]:
    yield QdrantReader(connection, name)


# the client says that its local mode has no payload indexes, as this module does
@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
class TestQdrantStore(StoreContract):
    @pytest.fixture
    def open_store(self, connection: QdrantConnection, settings: VectorStoreSettings) -> OpenStore:
        return partial(_store, connection, settings.collection)

    @pytest.fixture
    def open_reader(
        self, connection: QdrantConnection, settings: VectorStoreSettings
    ) -> OpenReader:
        return partial(_reader, connection, settings.collection)


if URL:

    class TestQdrantServerStore(StoreContract):
        @pytest.fixture
        async def open_store(self, settings: VectorStoreSettings) -> AsyncIterator[OpenStore]:
            yield partial(open_store, settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
            async with client.connected(settings) as connection:
                await connection.client.delete_collection(settings.collection)

        @pytest.fixture
        def open_reader(self, settings: VectorStoreSettings) -> OpenReader:
            return partial(open_reader, settings)


@pytest.fixture
async def store(connection: QdrantConnection, settings: VectorStoreSettings) -> QdrantStore:
    return await store_on(
        connection, settings.collection, fingerprint=FINGERPRINT, dimensions=DIMENSIONS
    )


class Dying(TenantPoints):
    """A writer that dies before its n-th change."""

    def __init__(self, tenant: TenantPoints, *, after: int) -> None:
        self.__dict__.update(vars(tenant))
        self._left = after

    async def upsert(self, points: Sequence[models.PointStruct]) -> None:
        if points:
            self._change()
        await super().upsert(points)

    async def update(self, ids: Sequence[str], payload: Payload) -> None:
        if ids:
            self._change()
        await super().update(ids, payload)

    async def remove(self, ids: Sequence[str]) -> None:
        if ids:
            self._change()
        await super().remove(ids)

    def _change(self) -> None:
        if not self._left:
            raise Unavailable("the writer died")
        self._left -= 1


Write = Callable[[TenantPoints], Coroutine[Any, Any, WriteResult]]
OLD = [("guide", 1, 0), ("guide", 1, 1), ("guide", 1, 2)]
NEW = [("guide", 2, 0), ("guide", 2, 1)]


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
@pytest.mark.parametrize("after", range(4))
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
    store: QdrantStore,
    connection: QdrantConnection,
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
    assert faults(await qdrant_objects(connection.client, tenant.collection)) == []


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
async def test_a_terms_weight_counts_the_tenants_own_chunks(store: QdrantStore) -> None:
    """Another tenant's words change no score, and say nothing about what it has."""
    await store.upsert(document("a", texts=["apple", "pear"]))
    before = await store.keyword("apple", scope=scope(), limit=5)
    await store.upsert(document("b", texts=["apple"] * 20, tenant="globex"))
    after = await store.keyword("apple", scope=scope(), limit=5)
    assert [hit.scores for hit in after] == [hit.scores for hit in before]


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
async def test_another_model_and_a_collection_of_somebody_else_are_refused(
    connection: QdrantConnection, settings: VectorStoreSettings
) -> None:
    await schema.ensure(connection, settings.collection, IndexIdentity("m", DIMENSIONS))
    with pytest.raises(FingerprintMismatch):
        await schema.ensure(connection, settings.collection, IndexIdentity("n", DIMENSIONS))
    theirs = models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
    await connection.client.create_collection(
        "Theirs",
        vectors_config={"theirs": theirs},
        sparse_vectors_config={},
        hnsw_config=models.HnswConfigDiff(m=0, payload_m=16),
    )
    with pytest.raises(Misconfigured, match="was not made by Ragline"):
        await schema.ensure(connection, "Theirs", IndexIdentity("m", DIMENSIONS))


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
async def test_every_point_says_whose_it_is(store: QdrantStore) -> None:
    await store.upsert(document("mine", texts=["x"]))
    await store.upsert(document("mine", texts=["y"], tenant="globex"))
    for tenant in (TENANT, "globex"):
        found = await store.tenant(tenant).find(chunks(tenant))
        assert len(found) == 1
    await store.delete(ref("mine"), version=2)
    assert await seen(store, scope(tenant="globex")) == [("mine", 1, 0)]


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
async def test_a_collection_that_nobody_finished_is_finished(
    connection: QdrantConnection, settings: VectorStoreSettings
) -> None:
    """Services start together, and one may find what another has just begun, or died with."""
    identity = IndexIdentity(FINGERPRINT, DIMENSIONS)
    await schema.ensure(connection, settings.collection, identity)
    begun = models.PointIdsList(points=[str(IDENTITY)])
    await connection.client.delete(settings.collection, points_selector=begun)
    async with _store(connection, settings.collection) as store:
        await store.upsert(document(texts=["x"]))
        assert await seen(store) == [("guide", 1, 0)]
    with pytest.raises(FingerprintMismatch):
        await schema.ensure(connection, settings.collection, IndexIdentity("n", DIMENSIONS))
