"""A pool of connections to PostgreSQL, which closes within the time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import asyncpg

from ragline.adapters.stores.pgvector.errors import guarded
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
        Misconfigured: the URL is not a PostgreSQL URL.
    """
    url = settings.url.get_secret_value()
    if not url.startswith(("postgresql://", "postgres://")):
        raise Misconfigured("RAGLINE_VECTOR_STORE__URL must start with postgresql:// for pgvector")
    return url


@asynccontextmanager
async def open_pool(
    settings: VectorStoreSettings,
    *,
    session: Mapping[str, str],
    prepare: Callable[[asyncpg.Connection], Awaitable[None]] | None = None,
) -> AsyncIterator[asyncpg.Pool]:
    """Open connections with the server settings in `session`; call `prepare` once on each.

    Raises:
        Unavailable: the database is down.
        Misconfigured: wrong address or credentials.
    """
    url = address(settings)
    async with guarded("connect", settings.timeout_s):
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=settings.pool_size,
            server_settings={**_SESSION, **session},
            init=prepare,
        )
    try:
        yield pool
    finally:
        await _close(pool, settings.timeout_s)


async def _close(pool: asyncpg.Pool, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await pool.close()
    except TimeoutError:
        pool.terminate()
