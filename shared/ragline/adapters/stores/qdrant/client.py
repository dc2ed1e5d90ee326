"""The connection to Qdrant, over HTTP."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from qdrant_client import AsyncQdrantClient

from ragline.adapters.stores.qdrant.errors import guarded
from ragline.adapters.stores.store_url import store_url
from ragline.background import within
from ragline.errors import Misconfigured
from ragline.settings import VectorStoreSettings

log = logging.getLogger(__name__)

_CLOSE_S = 5.0


class QdrantConnection:
    """A client of the server, which can be replaced by a new one. `settings` say where it is.

    `client` is used instead of a new one if it is given.
    """

    def __init__(
        self, settings: VectorStoreSettings, client: AsyncQdrantClient | None = None
    ) -> None:
        self._settings = settings
        self._closing: set[asyncio.Task[bool]] = set()
        self.client = client or self._connect()

    @property
    def timeout_s(self) -> float:
        """The limit of one call, in seconds."""
        return self._settings.timeout_s

    async def ping(self) -> None:
        """Return when the server answers.

        Raises:
            Unavailable: the server does not answer.
        """
        async with guarded("ping", self.timeout_s):
            await self.client.get_collections()

    async def renew(self) -> None:
        """Replace the client; the old one's calls end when it is closed, which may take a while."""
        old, self.client = self.client, self._connect()
        closing = asyncio.create_task(_close(old))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close the client, at most some seconds long."""
        await asyncio.gather(_close(self.client), *self._closing)

    def _connect(self) -> AsyncQdrantClient:
        settings = self._settings
        address = store_url(settings)
        url = urlsplit(address)
        try:
            port = url.port or (443 if url.scheme == "https" else 6_333)
        except ValueError:
            port = 0
        if url.scheme not in ("http", "https") or not url.hostname or not port:
            raise Misconfigured("RAGLINE_VECTOR_STORE__URL must be http(s)://host:port for qdrant")
        return AsyncQdrantClient(
            url=address,
            port=port,
            api_key=settings.api_key.get_secret_value() if settings.api_key else None,
            timeout=math.ceil(settings.timeout_s),
            check_compatibility=False,  # it would call the server while the client is made
        )


@asynccontextmanager
async def connected(settings: VectorStoreSettings) -> AsyncIterator[QdrantConnection]:
    """Make a client; only the first call shows whether the server answers.

    Raises:
        Misconfigured: the settings do not form an address.
    """
    connection = QdrantConnection(settings)
    try:
        yield connection
    finally:
        await connection.close()


async def _close(client: AsyncQdrantClient) -> bool:
    try:
        return await within(_CLOSE_S, client.close())
    except Exception:
        log.warning("a connection to Qdrant did not close", exc_info=True)
        return False
