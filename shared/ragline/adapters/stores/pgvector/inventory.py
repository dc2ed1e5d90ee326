"""What a collection on PostgreSQL holds, read from the documents' rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg

from ragline.adapters.stores.pgvector.errors import guarded
from ragline.adapters.stores.pgvector.pool import RenewablePool, open_pool
from ragline.ports.inventory import Listed
from ragline.settings import VectorStoreSettings

# the rows of a million documents
_LIMIT_S = 300.0
_TENANTS = 'SELECT DISTINCT tenant FROM "{schema}".documents'
_DOCUMENTS = """
SELECT document_id, version, access FROM "{schema}".documents
WHERE tenant = $1 AND version >= 0 AND NOT gone
"""


class PgvectorInventory:
    """Port `Inventory` over one collection, which may not exist yet."""

    def __init__(self, pool: RenewablePool, schema: str) -> None:
        self._pool = pool
        self._schema = schema

    async def tenants(self) -> Sequence[str]:
        """Read the tenants of all rows."""
        return sorted(str(row["tenant"]) for row in await self._fetch(_TENANTS))

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        """Read the rows of a tenant whose documents have content."""
        return {
            str(row["document_id"]): Listed(row["version"], tuple(sorted(row["access"])))
            for row in await self._fetch(_DOCUMENTS, tenant)
        }

    async def _fetch(self, statement: str, *arguments: str) -> list[asyncpg.Record]:
        text = statement.format(schema=self._schema)
        async with guarded("listing documents", _LIMIT_S), self._pool.acquire() as connection:
            try:
                rows: list[asyncpg.Record] = await connection.fetch(text, *arguments)
            except asyncpg.UndefinedTableError:
                return []  # the collection does not exist yet
        return rows


@asynccontextmanager
async def open_inventory(settings: VectorStoreSettings) -> AsyncIterator[PgvectorInventory]:
    """Open read-only connections."""
    async with open_pool(settings, session={"default_transaction_read_only": "on"}) as pool:
        yield PgvectorInventory(pool, settings.collection)
