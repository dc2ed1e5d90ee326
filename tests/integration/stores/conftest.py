import socket
import uuid
from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

from ragline.settings import StoreKind, VectorStoreSettings


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
def free_port() -> int:
    """Return a free port, on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
