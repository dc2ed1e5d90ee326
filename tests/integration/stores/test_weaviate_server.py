"""A Weaviate of the tests' own: one that asks for a key, and one that is killed."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from ragline.adapters.stores.indexing import IndexIdentity
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
from ragline_cli.stack import weaviate
from ragline_cli.stack.server import running
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


async def test_grpc_may_be_on_a_host_of_its_own(settings: VectorStoreSettings) -> None:
    apart = settings.model_copy(
        update={
            "url": SecretStr(settings.url.get_secret_value().replace("127.0.0.1", "localhost")),
            "grpc_host": "127.0.0.1",
        }
    )
    async with open_store(apart, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.ping()
    nowhere = apart.model_copy(update={"grpc_host": "grpc.invalid", "timeout_s": 2.0})
    with pytest.raises(Unavailable):
        async with open_store(nowhere, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
            await store.upsert(document("one"))


async def test_a_collection_whose_index_of_words_loses_hits_is_refused(
    guarded_weaviate: WeaviateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a server makes it that is not told otherwise: every one from 1.35 on."""
    assert guarded_weaviate.name  # whether this machine has Weaviate
    monkeypatch.setitem(weaviate._ENVIRONMENT, "USE_INVERTED_SEARCHABLE", "true")
    identity = IndexIdentity(FINGERPRINT, DIMENSIONS)
    made = {
        "class": "Blocks",
        "description": json.dumps(asdict(identity)),
        "multiTenancyConfig": {"enabled": True},
        "invertedIndexConfig": {"usingBlockMaxWAND": True},
    }
    with running(WeaviateServer(tmp_path)) as server:
        async with httpx.AsyncClient(base_url=server.url) as http:
            (await http.post("/v1/schema", json=made)).raise_for_status()
        own = VectorStoreSettings(
            url=SecretStr(server.url), grpc_port=server.grpc_port, collection="Blocks"
        )
        with pytest.raises(Misconfigured, match="USE_INVERTED_SEARCHABLE=false"):
            async with open_store(own, fingerprint=FINGERPRINT, dimensions=DIMENSIONS):
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
