"""Filling a collection at once: its vector index is made at the end, which takes less time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from ragline.adapters.stores.pgvector import schema
from ragline.adapters.stores.pgvector.pool import address
from ragline.settings import VectorStoreSettings


@asynccontextmanager
async def without_vector_index(
    settings: VectorStoreSettings, dimensions: int
) -> AsyncIterator[None]:
    """Drop the vector index of a collection, and make it again at the end.

    A document is then written without a walk through the index for each of its vectors, and the
    index is built from all of them in memory. Meanwhile large tenants are searched slowly. If the
    process dies the index is missing; doing this again makes it.
    """
    connection = await asyncpg.connect(address(settings))
    try:
        await schema.drop_vector_index(connection, settings.collection)
        yield
        await schema.make_vector_index(connection, settings.collection, dimensions)
    finally:
        await connection.close()
