"""Which vector search PostgreSQL is asked for: all tenants share one approximate index."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.adapters.stores.pgvector import search
from ragline.ports.store import Scope


class Recorder:
    """A connection to a database in which a tenant has `chunks`, and nothing is found."""

    def __init__(self, chunks: int | None, everyones: float = 10**9) -> None:
        self._counts = None if chunks is None else (chunks, everyones)
        self.statements: list[str] = []

    @property
    def by_index(self) -> list[bool]:
        return ["+ 0" not in statement for statement in self.statements]

    async def fetchrow(self, _statement: str, *_: Any) -> tuple[int, float] | None:
        return self._counts

    async def fetch(self, statement: str, *_: Any) -> list[Any]:
        self.statements.append(statement)
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


@pytest.mark.parametrize(
    ("chunks", "everyones", "by_index"),
    [
        (search.MAIN_EXACT_UP_TO + 1, 2.0 * search.MAIN_EXACT_UP_TO, True),
        (search.MAIN_EXACT_UP_TO + 1, 3.0 * search.MAIN_EXACT_UP_TO, False),
        (search.MAIN_EXACT_UP_TO, 1.0 * search.MAIN_EXACT_UP_TO, False),
        (search.MAIN_EXACT_UP_TO + 1, -1.0, False),
    ],
    ids=["has half of all", "has a third", "is small", "nobody has counted yet"],
)
async def test_a_tenant_with_most_chunks_goes_by_the_index_earlier(
    chunks: int, everyones: float, by_index: bool
) -> None:
    connection = Recorder(chunks, everyones)
    await search.vector(connection, [1.0], Scope(tenant="main"), 10)
    assert connection.by_index[0] is by_index


async def test_an_index_of_half_precision_is_asked_for_what_it_holds() -> None:
    connection = Recorder(search.EXACT_UP_TO + 1)
    await search.vector(connection, [1.0], Scope(tenant="large"), 10, half=384)
    by_index, exactly = connection.statements
    assert "c.embedding::halfvec(384) <=> $3::vector::halfvec(384) LIMIT" in by_index
    assert "halfvec" not in exactly
