"""Which vector search PostgreSQL is asked for: all tenants share one approximate index."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.adapters.stores.pgvector import search
from ragline.ports.store import Scope


class Recorder:
    """A connection to a database in which a tenant has `chunks`, and nothing is found."""

    def __init__(self, chunks: int | None) -> None:
        self._chunks = chunks
        self.by_index: list[bool] = []

    async def fetchval(self, _statement: str, *_: Any) -> int | None:
        return self._chunks

    async def fetch(self, statement: str, *_: Any) -> list[Any]:
        self.by_index.append("+ 0" not in statement)
        return []


@pytest.mark.parametrize("chunks", [None, 0, search.EXACT_UP_TO])
async def test_a_small_tenant_is_compared_exactly(chunks: int | None) -> None:
    connection = Recorder(chunks)
    await search.vector(connection, [1.0], Scope(tenant="small"), 10)
    assert connection.by_index == [False]


async def test_a_large_tenant_goes_by_the_index_and_what_comes_short_is_compared() -> None:
    connection = Recorder(search.EXACT_UP_TO + 1)
    await search.vector(connection, [1.0], Scope(tenant="large"), 10)
    assert connection.by_index == [True, False]
