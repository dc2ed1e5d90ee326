"""A pool of connections to PostgreSQL, which closes in time, and can be replaced by a new one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from ragline.adapters.stores.pgvector.errors import guarded
from ragline.adapters.stores.pgvector.tls import tls_context
from ragline.adapters.stores.store_url import StoreUrl, store_url
from ragline.background import within
from ragline.errors import Misconfigured
from ragline.settings import VectorStoreSettings

_SESSION = {
    "application_name": "ragline",
    # one generic plan for all filters would suit none of them
    "plan_cache_mode": "force_custom_plan",
    # JIT compilation takes longer than these queries
    "jit": "off",
}


def address(settings: VectorStoreSettings) -> str:
    """Return the database's URL.

    Raises:
        Misconfigured: the URL is not a PostgreSQL URL, or a file cannot be read: its own, or one
            of the certificates and keys that it names.
    """
    url = store_url(settings)
    if not url.startswith(("postgresql://", "postgres://")):
        raise Misconfigured("RAGLINE_VECTOR_STORE__URL must start with postgresql:// for pgvector")
    tls_context(url)
    return url


class _SteadyConnection(asyncpg.Connection):  # type: ignore[misc]  # it has no type hints
    """A connection whose session nobody changes, so that it needs no cleaning when it is returned.

    A transaction that is still open is rolled back all the same. The statement that would clean up
    costs as much as a short search.
    """

    def get_reset_query(self) -> str:
        """Return no statement."""
        return ""


class RenewablePool:
    """A pool that can be replaced by another one, whose connections are all new.

    `make` returns a pool that is not open yet; its argument is how many connections it opens at
    once.
    """

    def __init__(self, make: Callable[[int], asyncpg.Pool]) -> None:
        self._make = make
        self._pool = make(1)

    async def open(self) -> None:
        """Open the first connection."""
        await self._pool

    def acquire(self) -> Any:
        """Return a context manager that borrows a connection."""
        return self._pool.acquire()

    async def renew(self) -> None:
        """Replace the pool, and end the connections of the old one without a farewell."""
        old, new = self._pool, self._make(0)
        await new  # no connection is opened yet
        self._pool = new
        old.terminate()

    async def close(self, timeout_s: float) -> None:
        """Close the pool, at most `timeout_s` seconds long."""
        if not await within(timeout_s, self._pool.close()):
            self._pool.terminate()


@asynccontextmanager
async def open_pool(
    settings: VectorStoreSettings,
    *,
    session: Mapping[str, str],
    prepare: Callable[[asyncpg.Connection], Awaitable[None]] | None = None,
) -> AsyncIterator[RenewablePool]:
    """Open connections with the server settings in `session`; call `prepare` once on each.

    Raises:
        Unavailable: the database is down.
        Misconfigured: wrong address or credentials.
    """
    address(settings)
    url = StoreUrl(settings)

    async def connect(*_: Any, **options: Any) -> asyncpg.Connection:
        return await asyncpg.connect(url(), **options)

    def make(at_once: int) -> asyncpg.Pool:
        return asyncpg.create_pool(
            connect=connect,
            min_size=at_once,
            max_size=settings.pool_size,
            connection_class=_SteadyConnection,
            server_settings={**_SESSION, **session},
            init=prepare,
        )

    async with guarded("connect", settings.timeout_s):
        pool = RenewablePool(make)
        await pool.open()
    try:
        yield pool
    finally:
        await pool.close(settings.timeout_s)
