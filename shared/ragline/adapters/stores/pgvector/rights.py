"""What the account at PostgreSQL may do with a collection."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from ragline.adapters.stores.pgvector.errors import guarded
from ragline.adapters.stores.pgvector.pool import address
from ragline.settings import VectorStoreSettings

READ, WRITE = ("SELECT",), ("INSERT", "UPDATE", "DELETE")
_DATABASE = """
SELECT current_user::text AS account, has_database_privilege(current_database(), 'CREATE') AS may,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') AS extended
"""
_TABLES = """
SELECT privilege, count(*) AS tables FROM pg_class c, unnest($2::text[]) privilege
WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relkind = 'r'
    AND NOT has_table_privilege(c.oid, privilege)
GROUP BY privilege
"""
_USABLE = "SELECT has_schema_privilege($1::text, 'USAGE')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Which rights an account lacks; `missing` names those on the collection's tables.

    Without a collection nothing is missing, but the account must be allowed to `create` one.
    """

    account: str
    exists: bool
    create: bool
    extended: bool
    missing: frozenset[str]


async def rights(settings: VectorStoreSettings) -> Rights:
    """Read the rights of the account in the URL.

    Raises:
        Unavailable: the database is down.
        Misconfigured: wrong address or credentials.
    """
    name = settings.collection
    async with guarded("reading the account's rights", settings.timeout_s):
        connection = await asyncpg.connect(address(settings))
        try:
            told = await connection.fetchrow(_DATABASE)
            exists = await connection.fetchval("SELECT to_regnamespace(quote_ident($1))", name)
            missing: set[str] = set()
            if exists is not None:
                if not await connection.fetchval(_USABLE, name):
                    missing.add("USAGE")
                rows = await connection.fetch(_TABLES, name, [*READ, *WRITE])
                missing |= {str(row["privilege"]) for row in rows}
        finally:
            await connection.close()
    return Rights(
        account=told["account"],
        exists=exists is not None,
        create=told["may"],
        extended=told["extended"],
        missing=frozenset(missing),
    )
