import socket
import uuid
from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

from ragline.adapters.stores.pinecone import namespace, reader, schema, search
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.pinecone_double.server import PineconeDouble, running


@pytest.fixture
def pgvector_settings(postgres_url: str) -> VectorStoreSettings:
    """A separate PostgreSQL collection for the test."""
    return VectorStoreSettings(
        kind=StoreKind.PGVECTOR,
        url=SecretStr(postgres_url),
        collection=f"T{uuid.uuid4().hex}",
        pool_size=4,
    )


@pytest.fixture
def weaviate_settings(weaviate_url: str, weaviate_grpc_port: int) -> Iterator[VectorStoreSettings]:
    """A separate Weaviate collection for the test, removed at the end: open shards cost memory."""
    settings = VectorStoreSettings(
        kind=StoreKind.WEAVIATE,
        url=SecretStr(weaviate_url),
        grpc_port=weaviate_grpc_port,
        collection=f"T{uuid.uuid4().hex}",
    )
    yield settings
    httpx.delete(f"{weaviate_url}/v1/schema/{settings.collection}", timeout=30)


@pytest.fixture
def chroma_settings(chroma_url: str) -> VectorStoreSettings:
    """A separate Chroma collection for the test."""
    return VectorStoreSettings(
        kind=StoreKind.CHROMA, url=SecretStr(chroma_url), collection=f"T{uuid.uuid4().hex}"
    )


@pytest.fixture
def pinecone(monkeypatch: pytest.MonkeyPatch) -> Iterator[PineconeDouble]:
    """A double of Pinecone, which shows every write at once.

    It counts how often it was asked, so there is no need to wait in between as for the service.
    """
    for module, name in (
        (namespace, "_FIRST_PAUSE_S"),
        (namespace, "_LONGEST_PAUSE_S"),
        (reader, "_PAUSE_S"),
        (schema, "_LOOK_S"),
        (search, "_PAUSE_S"),
    ):
        monkeypatch.setattr(module, name, 0.002)
    with running(PineconeDouble()) as double:
        yield double


@pytest.fixture
def pinecone_settings(pinecone: PineconeDouble) -> VectorStoreSettings:
    """A separate Pinecone index for the test."""
    return VectorStoreSettings(
        kind=StoreKind.PINECONE,
        url=SecretStr(pinecone.url),
        api_key=SecretStr(pinecone.api_key),
        collection=f"T{uuid.uuid4().hex}",
    )


@pytest.fixture
def free_port() -> int:
    """Return a free port, on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
