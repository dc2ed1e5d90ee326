"""The connection to Weaviate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import weaviate
from weaviate.collections import CollectionAsync
from weaviate.config import AdditionalConfig, Proxies, Timeout

from ragline.adapters.stores.store_url import store_url
from ragline.adapters.stores.weaviate.errors import guarded
from ragline.background import within
from ragline.errors import Misconfigured, Unavailable
from ragline.settings import VectorStoreSettings

log = logging.getLogger(__name__)

_CLOSE_S = 5.0


class Connection:
    """A client of the server, which can be replaced by a new one. `settings` say where it is."""

    def __init__(self, settings: VectorStoreSettings) -> None:
        self._settings = settings
        self._closing: set[asyncio.Task[bool]] = set()
        self.client = _client(settings)

    async def open(self) -> None:
        """Make the client usable; only its first call shows whether the server answers."""
        await self.client.connect()

    def collection(self, name: str) -> CollectionAsync[Any, Any]:
        """Return a collection as the present client reaches it."""
        return self.client.collections.use(name)

    async def described(self, name: str) -> Mapping[str, Any]:
        """Return all that the server says of a collection; the client leaves some of it out.

        Raises:
            httpx.HTTPError: the server does not answer, or refuses.
        """
        key, limit = self._settings.api_key, self._settings.timeout_s
        headers = {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}
        base = store_url(self._settings)
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=limit) as http:
            answer = (await http.get(f"/v1/schema/{name}")).raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def ping(self) -> None:
        """Return when the server is ready.

        Raises:
            Unavailable: the server is not ready.
        """
        async with guarded("ping", self._settings.timeout_s):
            if not await self.client.is_ready():
                raise Unavailable("Weaviate is not ready: check RAGLINE_VECTOR_STORE__URL")

    async def renew(self) -> None:
        """Replace the client; the old one's calls end when it is closed, which may take a while."""
        old, new = self.client, _client(self._settings)
        await new.connect()
        self.client = new
        closing = asyncio.create_task(_close(old))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close the client, at most some seconds long."""
        await asyncio.gather(_close(self.client), *self._closing)


@asynccontextmanager
async def connected(settings: VectorStoreSettings) -> AsyncIterator[Connection]:
    """Connect; only the first call shows whether the server answers.

    Raises:
        Misconfigured: the settings do not form an address.
    """
    connection = Connection(settings)
    try:
        async with guarded("connect", settings.timeout_s):
            await connection.open()
        yield connection
    finally:
        await connection.close()


async def _close(client: weaviate.WeaviateAsyncClient) -> bool:
    try:
        return await within(_CLOSE_S, client.close())
    except Exception:
        log.warning("a connection to Weaviate did not close", exc_info=True)
        return False


def _client(settings: VectorStoreSettings) -> weaviate.WeaviateAsyncClient:
    url = urlsplit(store_url(settings))
    if url.scheme not in ("http", "https") or not url.hostname:
        raise Misconfigured("RAGLINE_VECTOR_STORE__URL must be http(s)://host:port for weaviate")
    secure = url.scheme == "https"
    limit = settings.timeout_s
    try:
        return weaviate.use_async_with_custom(
            http_host=url.hostname,
            http_port=url.port or (443 if secure else 80),
            http_secure=secure,
            grpc_host=settings.grpc_host or url.hostname,
            grpc_port=settings.grpc_port,
            grpc_secure=secure,
            auth_credentials=settings.api_key.get_secret_value() if settings.api_key else None,
            additional_config=AdditionalConfig(
                timeout=Timeout(init=limit, query=limit, insert=limit),
                trust_env=True,  # SSL_CERT_FILE, for an authority that nobody else knows
                proxies=Proxies(),  # the client's own look at the environment misses NO_PROXY
            ),
            skip_init_checks=True,  # those look for a newer client in a package registry
        )
    except ValueError as error:
        raise Misconfigured(
            f"RAGLINE_VECTOR_STORE__URL, __GRPC_HOST and __GRPC_PORT are not an address: {error}"
        ) from error
