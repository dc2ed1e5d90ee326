"""A source read from Weaviate is one version, whole, whatever is written while it is read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import cast

import httpx
import pytest
from pydantic import SecretStr

from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.adapters.stores.opening import SourceReader, Store, open_reader, open_store
from ragline.adapters.stores.weaviate import schema
from ragline.adapters.stores.weaviate.objects import chunk_objects, marker_object
from ragline.adapters.stores.weaviate.reader import read
from ragline.adapters.stores.weaviate.scope import Condition
from ragline.adapters.stores.weaviate.store import WeaviateStore
from ragline.adapters.stores.weaviate.tenant import MAX_RESULTS, Found, TenantObjects
from ragline.errors import Unavailable
from ragline.settings import VectorStoreSettings
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    ref,
)

# markers, chunks, first chunk, markers
READS = 4
Meanwhile = Callable[[], Awaitable[object]]


def opened(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Store]:
    return open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


@pytest.fixture
async def store(weaviate_settings: VectorStoreSettings) -> AsyncIterator[WeaviateStore]:
    async with opened(weaviate_settings) as store:
        assert isinstance(store, WeaviateStore)
        yield store


class Interrupted(TenantObjects):
    """A reader in whose work something happens before its n-th call, or before each."""

    def __init__(self, tenant: TenantObjects, meanwhile: Meanwhile, *, before: int | None) -> None:
        super().__init__(tenant.collection, 10.0)
        self._meanwhile = meanwhile
        self._before = before
        self.calls = 0

    async def find(
        self,
        where: Condition,
        properties: list[str] | None = None,
        *,
        vectors: bool = False,
        limit: int = MAX_RESULTS,
    ) -> Sequence[Found]:
        if self._before in (self.calls, None):
            await self._meanwhile()
        self.calls += 1
        return await super().find(where, properties, vectors=vectors, limit=limit)


async def version(
    store: WeaviateStore, meanwhile: Meanwhile, *groups: str, before: int | None
) -> int | None:
    """Return which version a reader gets; its parts must all be there and of that version."""
    tenant = Interrupted(store.tenant(TENANT), meanwhile, before=before)
    source = await read(tenant, "guide", groups)
    if source is None:
        return None
    whole = document(version=source.version, texts=texts(source.version))
    assert [part.text for part in source.parts] == [chunk.text for chunk in whole.chunks]
    return source.version


def texts(version: int) -> list[str]:
    return [f"v{version} part {n}" for n in range(3 + version % 2)]


@pytest.mark.parametrize("before", range(READS))
async def test_a_document_that_is_replaced_in_the_middle_comes_in_its_new_version(
    store: WeaviateStore, before: int
) -> None:
    await store.upsert(document(version=1, texts=texts(1)))

    async def replaced() -> None:
        await store.upsert(document(version=2, texts=texts(2)))

    assert await version(store, replaced, before=before) == 2


@pytest.mark.parametrize("before", range(READS))
async def test_a_document_that_is_deleted_in_the_middle_is_none(
    store: WeaviateStore, before: int
) -> None:
    await store.upsert(document(version=1, texts=texts(1)))

    async def deleted() -> None:
        await store.delete(ref(), version=2)

    assert await version(store, deleted, before=before) is None


@pytest.mark.parametrize("before", range(READS))
async def test_a_right_that_is_withdrawn_in_the_middle_is_obeyed(
    store: WeaviateStore, before: int
) -> None:
    await store.upsert(document(version=1, texts=texts(1), access=("staff",)))

    async def withdrawn() -> None:
        await store.set_access(ref(), version=2, access=("ops",))

    assert await version(store, withdrawn, "staff", before=before) is None


@pytest.mark.parametrize("before", range(READS))
async def test_a_reader_that_may_read_before_and_after_gets_it(
    store: WeaviateStore, before: int
) -> None:
    await store.upsert(document(version=1, texts=texts(1), access=("staff",)))

    async def others_too() -> None:
        await store.set_access(ref(), version=2, access=("staff", "ops"))

    assert await version(store, others_too, "staff", before=before) == 1


async def test_a_document_that_changes_all_the_while_is_unavailable(store: WeaviateStore) -> None:
    await store.upsert(document(version=1, texts=texts(1)))
    versions = iter(range(2, 100))

    async def replaced() -> None:
        number = next(versions)
        await store.upsert(document(version=number, texts=texts(number)))

    with pytest.raises(Unavailable, match="guide is being changed"):
        await version(store, replaced, before=None)


async def test_a_version_that_is_written_again_with_other_chunks_is_not_shown_half(
    store: WeaviateStore,
) -> None:
    """As after a new release of the parser: the chunks come before the marker that names them."""
    await store.upsert(document(version=1, texts=texts(1)))
    again = document(version=1, texts=["other", *texts(1)[1:]])
    await store.tenant(TENANT).insert(chunk_objects(again, ())[:1])
    with pytest.raises(Unavailable):
        await read(store.tenant(TENANT), "guide", ())
    await store.upsert(again)
    source = await read(store.tenant(TENANT), "guide", ())
    assert source is not None
    assert source.parts[0].text == again.chunks[0].text


async def test_chunks_of_a_version_that_is_still_coming_are_not_its_predecessors(
    store: WeaviateStore,
) -> None:
    await store.upsert(document(version=1, texts=texts(1)))
    await store.tenant(TENANT).insert(chunk_objects(document(version=2, texts=texts(2)), ()))
    assert await version(store, nothing, before=None) == 1


async def test_chunks_that_are_still_for_others_are_not_given(store: WeaviateStore) -> None:
    """As of a writer that died between the marker that grants and the chunks that obey."""
    await store.upsert(document(version=1, texts=texts(1), access=("staff",)))
    granted = Marker(kind=MarkerKind.ACCESS, document_id="guide", version=2, groups=())
    await store.tenant(TENANT).insert([marker_object(granted)])
    with pytest.raises(Unavailable):
        await version(store, nothing, before=None)
    await store.settle(ref())
    assert await version(store, nothing, before=None) == 1


async def nothing() -> None:
    """Nothing happens meanwhile."""


async def test_a_reader_makes_no_collection_and_no_tenant(
    weaviate_url: str, weaviate_settings: VectorStoreSettings
) -> None:
    address = f"/v1/schema/{weaviate_settings.collection}"
    async with (
        httpx.AsyncClient(base_url=weaviate_url) as http,
        open_reader(weaviate_settings) as reader,
    ):
        assert await reader.read(ref(), groups=()) is None
        assert (await http.get(address)).status_code == httpx.codes.NOT_FOUND
        async with opened(weaviate_settings):
            assert await reader.read(ref(), groups=()) is None
        assert (await http.get(f"{address}/tenants")).json() == []


@pytest.fixture
async def old_collection(
    weaviate_settings: VectorStoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection with a document, both of a release that knew no `media_type`."""
    now = schema._of_chunks
    with monkeypatch.context() as earlier:
        earlier.setattr(
            schema, "_of_chunks", lambda: [each for each in now() if each.name != "media_type"]
        )
        async with opened(weaviate_settings) as store:
            assert isinstance(store, WeaviateStore)
            chunks = chunk_objects(document(), ())
            for each in chunks:
                del cast("dict[str, object]", each.properties)["media_type"]
            marker = Marker(
                kind=MarkerKind.CONTENT,
                document_id="guide",
                version=1,
                chunk_hashes=tuple(chunk.content_hash for chunk in document().chunks),
            )
            await store.tenant(TENANT).insert([*chunks, marker_object(marker)])


@pytest.mark.usefixtures("old_collection")
async def test_a_collection_of_an_earlier_release_is_read_and_learns_what_is_new(
    weaviate_url: str, weaviate_settings: VectorStoreSettings
) -> None:
    async with open_reader(weaviate_settings) as reader, AsyncExitStack() as stack:
        assert await media_type(reader) == (1, None)

        stores = [stack.enter_async_context(opened(weaviate_settings)) for _ in range(4)]
        store, *_ = await asyncio.gather(*stores)
        async with httpx.AsyncClient(base_url=weaviate_url) as http:
            made = (await http.get(f"/v1/schema/{weaviate_settings.collection}")).json()
        (added,) = [each for each in made["properties"] if each["name"] == "media_type"]
        assert not added["indexFilterable"]
        assert await media_type(reader) == (1, None)

        await store.upsert(document(version=2, media_type="text/html"))
        assert await media_type(reader) == (2, "text/html")


async def media_type(reader: SourceReader) -> tuple[int, str | None]:
    source = await reader.read(ref(), groups=())
    assert source is not None
    return source.version, source.media_type


async def test_a_server_that_is_down_is_unavailable(free_port: int) -> None:
    settings = VectorStoreSettings(url=SecretStr(f"http://127.0.0.1:{free_port}"), timeout_s=2.0)
    with pytest.raises(Unavailable):
        async with open_reader(settings):
            pass


async def test_a_server_that_goes_silent_is_unavailable_within_the_limit(
    weaviate_settings: VectorStoreSettings, free_port: int
) -> None:
    silent = weaviate_settings.model_copy(update={"grpc_port": free_port, "timeout_s": 1.5})
    async with open_reader(silent) as reader:
        with pytest.raises(Unavailable, match="TIMEOUT_S"):
            await reader.read(ref(), groups=())
