"""Weaviate keeps every promise of the port, also when a writer dies in the middle."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from ragline.adapters.stores.marked import write
from ragline.adapters.stores.opening import Store, open_reader, open_store
from ragline.adapters.stores.weaviate.objects import Object, chunk_objects
from ragline.adapters.stores.weaviate.scope import chunks_of, markers_of
from ragline.adapters.stores.weaviate.store import WeaviateStore
from ragline.adapters.stores.weaviate.tenant import TenantObjects
from ragline.clock import utc_now
from ragline.contracts.documents import DocumentChanged, Outcome
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.slots import DeliverySlot
from ragline.ports.store import WriteResult
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.audit import audit
from ragline.testing.faults import faults
from ragline.testing.store_contract import OpenReader, OpenStore, StoreContract
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    documents_seen,
    ref,
    scope,
    seen,
)
from ragline_ingestor.access_log import AccessLog
from ragline_ingestor.stage import IngestorStage
from ragline_ingestor.tenant_line import TenantLine

STAFF = scope(("staff",))


class TestWeaviateStore(StoreContract):
    @pytest.fixture
    def open_store(self, weaviate_settings: VectorStoreSettings) -> OpenStore:
        return partial(
            open_store, weaviate_settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS
        )

    @pytest.fixture
    def open_reader(self, weaviate_settings: VectorStoreSettings) -> OpenReader:
        return partial(open_reader, weaviate_settings)


def opened(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Store]:
    return open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


@pytest.fixture
async def store(weaviate_settings: VectorStoreSettings) -> AsyncIterator[WeaviateStore]:
    async with opened(weaviate_settings) as store:
        assert isinstance(store, WeaviateStore)
        yield store


class Dying(TenantObjects):
    """A writer that dies before its n-th change."""

    def __init__(self, tenant: TenantObjects, *, after: int) -> None:
        super().__init__(tenant.collection, 10.0)
        self._left = after

    async def insert(self, objects: Sequence[Object]) -> None:
        if objects:
            self._change()
        await super().insert(objects)

    async def remove(self, ids: Sequence[UUID]) -> None:
        if ids:
            self._change()
        await super().remove(ids)

    def _change(self) -> None:
        if not self._left:
            raise Unavailable("the writer died")
        self._left -= 1


Write = Callable[[TenantObjects], Coroutine[Any, Any, WriteResult]]
OLD = [("guide", 1, 0), ("guide", 1, 1), ("guide", 1, 2)]
NEW = [("guide", 2, 0), ("guide", 2, 1)]


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize(
    ("change", "states", "chunks_left"),
    [
        (lambda tenant: write.upsert(tenant, document(version=2)), [OLD, NEW], 2),
        (lambda tenant: write.delete(tenant, "guide", 2), [OLD, []], 0),
        (lambda tenant: write.set_access(tenant, "guide", 2, ("staff",)), [OLD, OLD], 3),
    ],
    ids=["upsert", "delete", "access"],
)
async def test_a_writer_that_dies_leaves_the_old_or_the_new_and_a_retry_completes(
    store: WeaviateStore, after: int, change: Write, states: list[object], chunks_left: int
) -> None:
    await store.upsert(document(version=1, texts=["a", "b", "c"], access=("staff", "ops")))
    tenant = store.tenant(TENANT)
    with suppress(Unavailable):
        await change(Dying(tenant, after=after))
    assert await seen(store, STAFF) in states
    assert await seen(store, scope()) == []

    assert await change(tenant) is WriteResult.APPLIED
    assert await seen(store, STAFF) == states[1]
    assert len(await tenant.find(chunks_of("guide"), ["version"])) == chunks_left
    assert len(await tenant.find(markers_of(["guide"]), ["version"])) <= 2


@pytest.fixture
def ingestor(store: WeaviateStore) -> IngestorStage:
    """The ingestor's stage on this store."""
    embedder: Any = SimpleNamespace(embed=None)
    return IngestorStage(
        store=store,
        access=AccessLog(store=store, record=AsyncMock()),
        fetch=Mock(),
        prepare=Mock(),
        embedder=embedder,
        writes=TenantLine(1, slot=DeliverySlot()),
        clock=utc_now,
    )


@pytest.mark.parametrize("operation", ["upsert", "delete"])
async def test_what_a_superseded_writer_left_half_written_goes_with_its_redelivery(
    store: WeaviateStore,
    ingestor: IngestorStage,
    weaviate_settings: VectorStoreSettings,
    operation: str,
) -> None:
    tenant = store.tenant(TENANT)
    with pytest.raises(Unavailable):  # version 5 dies between its chunks and its marker
        await write.upsert(Dying(tenant, after=1), document(version=5, texts=["a", "b"]))
    # version 6 overtakes it while version 5's chunks are still on their way
    await tenant.insert(chunk_objects(document(version=5, texts=["a", "b"]), ()))
    await store.upsert(document(version=6, texts=["c"]))
    await tenant.insert(chunk_objects(document(version=5, texts=["a", "b"]), ()))
    assert faults(await audit(weaviate_settings)) != []

    event = DocumentChanged.model_validate(
        {"tenant": TENANT, "document_id": "guide", "version": 5, "operation": operation}
        | ({"content": "a b"} if operation == "upsert" else {})
    )
    assert (await ingestor(event)).status is Outcome.SUPERSEDED
    assert faults(await audit(weaviate_settings)) == []


async def test_a_writer_that_died_before_tidying_up_is_tidied_up_after_by_its_redelivery(
    store: WeaviateStore, weaviate_settings: VectorStoreSettings
) -> None:
    await store.upsert(document(version=1, texts=["a", "b", "c"]))
    with pytest.raises(Unavailable):  # its marker stands, the old version is still there
        await write.upsert(Dying(store.tenant(TENANT), after=2), document(version=2))
    assert faults(await audit(weaviate_settings)) != []
    await store.settle(ref())
    assert faults(await audit(weaviate_settings)) == []
    assert await seen(store) == NEW


async def test_a_revocation_holds_from_its_marker_on_even_if_the_writer_dies(
    store: WeaviateStore,
) -> None:
    await store.upsert(document(version=1))
    with pytest.raises(Unavailable):
        await write.set_access(Dying(store.tenant(TENANT), after=1), "guide", 2, ("staff",))
    assert await seen(store, scope()) == []
    assert await seen(store, scope(("ops",))) == []


async def test_the_next_version_cleans_up_after_a_dead_writer(store: WeaviateStore) -> None:
    tenant = store.tenant(TENANT)
    with pytest.raises(Unavailable):
        await write.upsert(Dying(tenant, after=1), document(version=1, texts=["a", "b"]))
    assert await seen(store) == []
    await store.upsert(document(version=2, texts=["c"]))
    assert len(await tenant.find(chunks_of("guide"), ["version"])) == 1


async def test_chunks_without_their_marker_do_not_crowd_out_what_is_current(
    store: WeaviateStore,
) -> None:
    await store.upsert(document("old", version=1, texts=[f"n{n}" for n in range(5)]))
    with pytest.raises(Unavailable):
        await write.upsert(
            Dying(store.tenant(TENANT), after=1),
            document("coming", texts=[f"n{n}" for n in range(40)]),
        )
    hits = await store.keyword("n1 n2 n3 n4 ubiquitous", scope=scope(), limit=5)
    assert len(hits) == 5
    assert {hit.document_id for hit in hits} == {"old"}


async def test_a_server_that_is_down_is_unavailable(free_port: int) -> None:
    settings = VectorStoreSettings(
        kind=StoreKind.WEAVIATE,
        url=SecretStr(f"http://127.0.0.1:{free_port}"),
        timeout_s=2.0,
    )
    with pytest.raises(Unavailable):
        async with opened(settings):
            pass


async def test_a_server_that_goes_silent_is_unavailable_within_the_limit(
    weaviate_settings: VectorStoreSettings, free_port: int
) -> None:
    silent = weaviate_settings.model_copy(update={"grpc_port": free_port, "timeout_s": 1.5})
    async with opened(silent) as store:
        with pytest.raises(Unavailable, match="TIMEOUT_S"):
            await documents_seen(store)


async def test_a_collection_that_is_not_ours_is_left_alone(
    weaviate_url: str, weaviate_settings: VectorStoreSettings
) -> None:
    name = weaviate_settings.collection
    async with httpx.AsyncClient(base_url=weaviate_url) as http:
        await http.post("/v1/schema", json={"class": name, "description": "somebody's"})
        with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__COLLECTION"):
            async with opened(weaviate_settings):
                pass
        assert (await http.get(f"/v1/schema/{name}")).json()["description"] == "somebody's"


async def test_the_collection_is_made_as_measured(
    weaviate_url: str, weaviate_settings: VectorStoreSettings, store: WeaviateStore
) -> None:
    async with httpx.AsyncClient(base_url=weaviate_url) as http:
        made = (await http.get(f"/v1/schema/{weaviate_settings.collection}")).json()
    assert made["invertedIndexConfig"]["bm25"] == {"b": 0.75, "k1": 1.2}
    assert made["multiTenancyConfig"]["enabled"]
    assert made["multiTenancyConfig"]["autoTenantCreation"]
    vectors = made["vectorConfig"]["default"]
    assert vectors["vectorIndexConfig"]["distance"] == "cosine"
    assert not vectors["vectorIndexConfig"]["rq"]["enabled"]
    assert json.loads(made["description"])["fingerprint"] == FINGERPRINT


async def test_deleting_leaves_no_word_of_the_document(store: WeaviateStore) -> None:
    await store.upsert(document(texts=["secret"], title="secret", tags=("secret",)))
    await store.delete(ref(), version=2)
    left = await store.tenant(TENANT).collection.query.fetch_objects(limit=100)
    assert len(left.objects) == 1
    assert "secret" not in str(left.objects[0].properties)
