"""The connection to Chroma: its HTTP API v2.

The API is small, and httpx is in every image that reads a store anyway. Chroma's own HTTP client
(`chromadb-client`) would bring OpenTelemetry and nine packages more, for the same six calls.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from ragline.adapters.stores.chroma.errors import guarded
from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.adapters.stores.store_url import store_url
from ragline.background import within
from ragline.errors import Misconfigured
from ragline.settings import VectorStoreSettings

log = logging.getLogger(__name__)

_CLOSE_S = 5.0
_COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
_PAGE = 500


class ChromaConnection:
    """A client of the server, which can be replaced by a new one. `settings` say where it is."""

    def __init__(self, settings: VectorStoreSettings) -> None:
        self._settings = settings
        self._closing: set[asyncio.Task[bool]] = set()
        self._ids: dict[str, str] = {}
        self.client = _client(settings)

    async def ping(self) -> None:
        """Return when the server answers.

        Raises:
            Unavailable: the server does not answer.
        """
        await self._call("ping", "GET", "/api/v2/heartbeat")

    async def collection(self, name: str) -> dict[str, Any] | None:
        """Return what the server says of a collection, or None if there is none."""
        try:
            found: dict[str, Any] = await self._call(
                "looking for a collection", "GET", f"{_COLLECTIONS}/{quote(name, safe='')}"
            )
        except UnknownCollection:
            self._ids.pop(name, None)
            return None
        self._ids[name] = str(found["id"])
        return found

    async def collections(self) -> list[dict[str, Any]]:
        """Return what the server says of all collections."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self._call(
                "listing collections", "GET", f"{_COLLECTIONS}?limit={_PAGE}&offset={len(found)}"
            )
            found += page
            if len(page) < _PAGE:
                return found

    async def ensure(self, name: str, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Create a collection unless it exists, and return what the server says of it."""
        wanted = {
            "name": name,
            "get_or_create": True,
            "metadata": metadata,
            "configuration": {"hnsw": {"space": "cosine"}},
        }
        found: dict[str, Any] = await self._call("creating", "POST", _COLLECTIONS, wanted)
        self._ids[name] = str(found["id"])
        return found

    async def remove(self, name: str) -> None:
        """Remove a collection; one that does not exist is ignored."""
        try:
            await self._call("removing", "DELETE", f"{_COLLECTIONS}/{quote(name, safe='')}")
        except UnknownCollection:
            return
        finally:
            self._ids.pop(name, None)

    async def use(self, name: str, action: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the collection `name`: `get`, `query`, `count`, `upsert`, `update` or `delete`.

        Raises:
            UnknownCollection: it does not exist.
        """
        if (known := self._ids.get(name)) is not None:
            try:
                return await self._on(known, action, body)
            except UnknownCollection:
                self._ids.pop(name, None)  # it may have been removed and made again
        if await self.collection(name) is None:
            raise UnknownCollection(f"Chroma: there is no collection {name}")
        return await self._on(self._ids[name], action, body)

    async def renew(self) -> None:
        """Replace the client; the old one's calls end when it is closed, which may take a while."""
        old, self.client = self.client, _client(self._settings)
        closing = asyncio.create_task(_close(old))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close the client, at most some seconds long."""
        await asyncio.gather(_close(self.client), *self._closing)

    async def _on(self, collection: str, action: str, body: Mapping[str, Any] | None) -> Any:
        method = "GET" if body is None else "POST"
        return await self._call(action, method, f"{_COLLECTIONS}/{collection}/{action}", body)

    async def _call(
        self, action: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Any:
        # ASCII, because httpx cannot encode half a surrogate pair
        content = None if body is None else json.dumps(body).encode("ascii")
        async with guarded(action, self._settings.timeout_s):
            answer = await self.client.request(method, path, content=content)
            return answer.raise_for_status().json()


@asynccontextmanager
async def connected(settings: VectorStoreSettings) -> AsyncIterator[ChromaConnection]:
    """Make a client; only the first call shows whether the server answers.

    Raises:
        Misconfigured: the settings do not form an address.
    """
    connection = ChromaConnection(settings)
    try:
        yield connection
    finally:
        await connection.close()


async def _close(client: httpx.AsyncClient) -> bool:
    try:
        return await within(_CLOSE_S, client.aclose())
    except Exception:
        log.warning("a connection to Chroma did not close", exc_info=True)
        return False


def _client(settings: VectorStoreSettings) -> httpx.AsyncClient:
    address = store_url(settings)
    if not _is_address(address):
        raise Misconfigured("RAGLINE_VECTOR_STORE__URL must be http(s)://host:port for chroma")
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return httpx.AsyncClient(
        base_url=address,
        headers={"Content-Type": "application/json"} | ({"x-chroma-token": key} if key else {}),
        timeout=settings.timeout_s,
        limits=httpx.Limits(max_connections=settings.pool_size),
    )


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        # a port beyond the last one is found when it is asked for
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return False
