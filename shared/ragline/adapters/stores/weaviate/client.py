"""The connection to Weaviate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import weaviate
from weaviate.config import AdditionalConfig, Timeout

from ragline.adapters.stores.weaviate.errors import guarded
from ragline.errors import Misconfigured, Unavailable
from ragline.settings import VectorStoreSettings


@asynccontextmanager
async def connected(settings: VectorStoreSettings) -> AsyncIterator[weaviate.WeaviateAsyncClient]:
    """Connect; only the first call shows whether the server answers.

    Raises:
        Misconfigured: the settings do not form an address.
    """
    client = _client(settings)
    try:
        async with guarded("connect", settings.timeout_s):
            await client.connect()
        yield client
    finally:
        await client.close()


async def ping(client: weaviate.WeaviateAsyncClient, timeout_s: float) -> None:
    """Return when the server is ready.

    Raises:
        Unavailable: the server is not ready.
    """
    async with guarded("ping", timeout_s):
        if not await client.is_ready():
            raise Unavailable("Weaviate is not ready: check RAGLINE_VECTOR_STORE__URL")


def _client(settings: VectorStoreSettings) -> weaviate.WeaviateAsyncClient:
    url = urlsplit(settings.url.get_secret_value())
    if url.scheme not in ("http", "https") or not url.hostname:
        raise Misconfigured("RAGLINE_VECTOR_STORE__URL must be http(s)://host:port for weaviate")
    secure = url.scheme == "https"
    limit = settings.timeout_s
    try:
        return weaviate.use_async_with_custom(
            http_host=url.hostname,
            http_port=url.port or (443 if secure else 80),
            http_secure=secure,
            grpc_host=url.hostname,
            grpc_port=settings.grpc_port,
            grpc_secure=secure,
            auth_credentials=settings.api_key.get_secret_value() if settings.api_key else None,
            additional_config=AdditionalConfig(
                timeout=Timeout(init=limit, query=limit, insert=limit)
            ),
            skip_init_checks=True,  # those look for a newer client in a package registry
        )
    except ValueError as error:
        raise Misconfigured(
            "RAGLINE_VECTOR_STORE__URL and RAGLINE_VECTOR_STORE__GRPC_PORT are not an address: "
            f"{error}"
        ) from error
