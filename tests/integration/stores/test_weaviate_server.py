"""A Weaviate of the tests' own: one that asks for a key, and one that is killed."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pydantic import SecretStr

from ragline.adapters.stores.opening import Store, open_reader, open_store
from ragline.errors import Misconfigured, Unavailable
from ragline.settings import VectorStoreSettings
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    document,
    documents_seen,
    ref,
)
from ragline_cli.stack.weaviate import WeaviateServer

KEY = "a key of the tests"


@pytest.fixture(scope="module")
def guarded_weaviate(
    weaviate_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WeaviateServer]:
    """A server that asks for a key; the session's one says whether this machine has Weaviate."""
    server = WeaviateServer(tmp_path_factory.mktemp("guarded"), api_key=KEY)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(guarded_weaviate: WeaviateServer) -> VectorStoreSettings:
    return VectorStoreSettings(
        url=SecretStr(guarded_weaviate.url),
        grpc_port=guarded_weaviate.grpc_port,
        api_key=SecretStr(KEY),
    )


async def test_a_wrong_key_is_misconfigured_and_not_in_the_message(
    settings: VectorStoreSettings,
) -> None:
    for key in (SecretStr("wrong"), None):
        wrong = settings.model_copy(update={"api_key": key})
        with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__API_KEY") as caught:
            async with open_store(wrong, fingerprint=FINGERPRINT, dimensions=DIMENSIONS):
                pass
        assert "wrong" not in str(caught.value)
        with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__API_KEY"):
            async with open_reader(wrong):
                pass


async def test_what_was_acknowledged_survives_a_kill_and_the_client_goes_on(
    guarded_weaviate: WeaviateServer, settings: VectorStoreSettings
) -> None:
    async with (
        open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store,
        open_reader(settings.model_copy(update={"timeout_s": 3.0})) as reader,
    ):
        await store.upsert(document("before"))
        guarded_weaviate.kill()
        for call in (store.ping(), reader.ping(), reader.read(ref("before"), groups=())):
            with pytest.raises(Unavailable):
                await call
        await asyncio.to_thread(guarded_weaviate.start)
        assert await _seen_again(store) == {"before"}
        await store.upsert(document("after"))
        assert await documents_seen(store) == {"before", "after"}
        for document_id in ("before", "after"):
            assert await reader.read(ref(document_id), groups=()) is not None


async def _seen_again(store: Store) -> set[str]:
    for _ in range(100):
        with suppress(Unavailable):
            return await documents_seen(store)
        await asyncio.sleep(0.2)
    return set()
