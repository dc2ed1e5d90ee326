"""Sources from PostgreSQL: one statement, so all parts belong to one version of the document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg

from ragline.adapters.stores.analysis import clean
from ragline.adapters.stores.pgvector.errors import guarded
from ragline.adapters.stores.pgvector.pool import RenewablePool, open_pool
from ragline.adapters.stores.pgvector.scope import Arguments, readable
from ragline.ports.sources import SourcePart, SourceText
from ragline.ports.store import DocumentRef
from ragline.settings import VectorStoreSettings

# the names are qualified: PostgreSQL silently skips a schema in the search path that the account
# may not use, and the tables would seem not to exist
_READ = """
SELECT d.version, d.title, d.url, d.media_type, d.language, d.tags, d.updated_at,
    c.span_start, c.span_end, c.text, c.heading_path
FROM "{schema}".documents d
JOIN "{schema}".chunks c ON c.tenant = d.tenant AND c.document_id = d.document_id
WHERE d.tenant = {tenant} AND d.document_id = {document} AND {readable}
ORDER BY c.ordinal
"""

_PERMITTED = """
SELECT d.document_id FROM "{schema}".documents d
WHERE d.tenant = {tenant} AND d.document_id = ANY({documents}::text[]) AND {readable}
"""


class PgvectorReader:
    """`DocumentReader` over a pool; `schema` is the collection's."""

    def __init__(self, pool: RenewablePool, schema: str, *, timeout_s: float) -> None:
        self._pool = pool
        self._schema = schema
        self._timeout_s = timeout_s

    async def ping(self) -> None:
        """Return when the database answers."""
        async with guarded("ping", self._timeout_s), self._pool.acquire() as connection:
            await connection.execute("SELECT 1")

    async def reconnect(self) -> None:
        """Replace the pool."""
        await self._pool.renew()

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Read the document's row with its chunks."""
        arguments = Arguments()
        statement = _READ.format(
            schema=self._schema,
            tenant=arguments.add(clean(ref.tenant)),
            document=arguments.add(clean(ref.document_id)),
            readable=readable(groups, arguments),
        )
        rows = await self._fetch("reading a source", statement, arguments)
        return _source(rows) if rows else None

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Read the documents' access."""
        given = {document_id: clean(document_id) for document_id in document_ids}
        arguments = Arguments()
        statement = _PERMITTED.format(
            schema=self._schema,
            tenant=arguments.add(clean(tenant)),
            documents=arguments.add(list(given.values())),
            readable=readable(groups, arguments),
        )
        rows = await self._fetch("reading documents' access", statement, arguments)
        found = {row["document_id"] for row in rows}
        return frozenset(document_id for document_id, stored in given.items() if stored in found)

    async def _fetch(
        self, action: str, statement: str, arguments: Arguments
    ) -> list[asyncpg.Record]:
        async with guarded(action, self._timeout_s), self._pool.acquire() as connection:
            try:
                rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments.values)
            except asyncpg.UndefinedTableError:
                return []  # the collection does not exist yet
        return rows


@asynccontextmanager
async def open_reader(settings: VectorStoreSettings) -> AsyncIterator[PgvectorReader]:
    """Open read-only connections."""
    async with open_pool(settings, session={"default_transaction_read_only": "on"}) as pool:
        yield PgvectorReader(pool, settings.collection, timeout_s=settings.timeout_s)


def _source(rows: list[asyncpg.Record]) -> SourceText:
    first = rows[0]
    return SourceText(
        version=first["version"],
        title=first["title"],
        url=first["url"],
        media_type=first["media_type"],
        language=first["language"],
        tags=tuple(first["tags"]),
        updated_at=first["updated_at"],
        parts=tuple(map(_part, rows)),
    )


def _part(row: asyncpg.Record) -> SourcePart:
    return SourcePart(
        start=row["span_start"],
        end=row["span_end"],
        text=row["text"],
        heading_path=tuple(row["heading_path"]),
    )
