"""The connection to Pinecone, and the index that belongs to a collection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pinecone import AsyncIndex, AsyncPinecone, RetryConfig
from pinecone._internal.constants import DATA_PLANE_API_VERSION
from pinecone._internal.http_client import AsyncHTTPClient
from pinecone.errors.exceptions import NotFoundError
from pinecone.models.indexes.index import IndexModel

from ragline.adapters.stores.pinecone.errors import UnknownIndex, guarded
from ragline.adapters.stores.pinecone.keys import index_name
from ragline.adapters.stores.store_url import store_url
from ragline.background import within
from ragline.errors import Misconfigured
from ragline.settings import VectorStoreSettings

log = logging.getLogger(__name__)

_CLOSE_S = 5.0
# The client would try again by itself and wait for as long as the server asks, which our time limit
# then cuts off; who retries and when is decided by delivery, which is told how long to wait
_NO_RETRIES = RetryConfig(max_retries=0)


@dataclass(slots=True)
class _Clients:
    """One for the account's indexes, and one for what an index holds as soon as it is known."""

    account: AsyncPinecone
    index: AsyncIndex | None = None

    async def close(self) -> None:
        """Close both."""
        await self.account.close()
        if self.index is not None:
            await self.index.close()


class PineconeConnection:
    """Clients of Pinecone, which can be replaced by new ones."""

    def __init__(self, settings: VectorStoreSettings) -> None:
        self._settings = settings
        self._closing: set[asyncio.Task[bool]] = set()
        self._clients = _Clients(_account(settings))
        self._looking_up = asyncio.Lock()
        self.name = index_name(settings.collection)
        self.timeout_s = settings.timeout_s

    @property
    def account(self) -> AsyncPinecone:
        """The client for the account's indexes."""
        return self._clients.account

    async def index(self) -> AsyncIndex:
        """Return the client of the collection's index.

        Raises:
            UnknownIndex: there is none.
        """
        if (known := self._clients.index) is not None:
            return known
        async with guarded("looking up the index", self.timeout_s), self._looking_up:
            clients = self._clients
            if clients.index is None:
                found = await clients.account.indexes.describe(self.name)
                if not found.host:
                    raise UnknownIndex(f"Pinecone: index {self.name} is being made; try again")
                clients.index = _without_retries(await clients.account.index(host=found.host))
            return clients.index

    async def missed(self) -> None:
        """Check, after a call found nothing at all, that the index is still where it was.

        Raises:
            UnknownIndex: it is gone, or was made anew elsewhere; later calls look it up again.
        """
        found, known = await self.find(), self._clients.index
        if found is not None and known is not None and found.host == known.host:
            return
        await self.renew()
        raise UnknownIndex(f"Pinecone: index {self.name} is gone, or made anew: try again")

    async def find(self) -> IndexModel | None:
        """Return what the account says of the collection's index, or None if there is none."""
        async with guarded("looking up the index", self.timeout_s):
            try:
                return await self.account.indexes.describe(self.name)
            except NotFoundError:
                return None

    async def ping(self) -> None:
        """Return when the account's interface answers; the index may not exist yet.

        Raises:
            Unavailable: it does not answer.
        """
        await self.find()

    async def renew(self) -> None:
        """Replace the clients; the old ones' calls end when they are closed."""
        old, self._clients = self._clients, _Clients(_account(self._settings))
        closing = asyncio.create_task(_close(old))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close the clients, at most some seconds long."""
        await asyncio.gather(_close(self._clients), *self._closing)


@asynccontextmanager
async def connected(settings: VectorStoreSettings) -> AsyncIterator[PineconeConnection]:
    """Make the clients; only the first call shows whether Pinecone answers.

    Raises:
        Misconfigured: the address is none, or there is no key.
    """
    connection = PineconeConnection(settings)
    try:
        yield connection
    finally:
        await connection.close()


def _account(settings: VectorStoreSettings) -> AsyncPinecone:
    url = store_url(settings)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured(
            "RAGLINE_VECTOR_STORE__URL must be https://api.pinecone.io (or another http(s)://host) "
            "for pinecone"
        )
    key = settings.api_key.get_secret_value().strip() if settings.api_key else ""
    if not key:
        raise Misconfigured("Pinecone needs a key: set RAGLINE_VECTOR_STORE__API_KEY")
    try:
        return AsyncPinecone(
            api_key=key, host=url, timeout=settings.timeout_s, retry_config=_NO_RETRIES
        )
    except ValueError as error:
        raise Misconfigured(
            f"Pinecone refuses RAGLINE_VECTOR_STORE__URL or __API_KEY: {error}"
        ) from error


def _without_retries(index: AsyncIndex) -> AsyncIndex:
    """Return `index` with what `AsyncPinecone` offers for its own calls, and not for an index's."""
    config = replace(index._config, retry_config=_NO_RETRIES)
    index._http = AsyncHTTPClient(config, DATA_PLANE_API_VERSION)
    return index


async def _close(clients: _Clients) -> bool:
    try:
        return await within(_CLOSE_S, clients.close())
    except Exception:
        log.warning("a connection to Pinecone did not close", exc_info=True)
        return False
