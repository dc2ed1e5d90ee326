"""Times of a store's searches in a closed loop, and what they cost in processor time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle, islice

import numpy as np

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.store import ChunkSearch, Scope

CpuSeconds = Callable[[], float]
_WARM_UP = 100


class Way(StrEnum):
    """What is asked: one search, or both at the same time as the retriever does."""

    VECTOR = "vector"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class EmbeddedQuestion:
    """A question and its vector."""

    text: str
    vector: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds of `searches` searches with `in_flight` at a time.

    `server_cpu_ms` and `client_cpu_ms` are the processor time of one search on either side, which
    depends less on what else the machine does.
    """

    way: Way
    in_flight: int
    searches: int
    p50: float
    p95: float
    p99: float
    per_second: float
    server_cpu_ms: float
    client_cpu_ms: float


class StoreProbe:
    """Asks a store in one scope for `limit` candidates; `server_cpu` reads the server's seconds."""

    def __init__(
        self, store: ChunkSearch, *, scope: Scope, limit: int, server_cpu: CpuSeconds
    ) -> None:
        self._store = store
        self._scope = scope
        self._limit = limit
        self._server_cpu = server_cpu

    async def vector_hits(self, questions: Sequence[EmbeddedQuestion]) -> list[list[Candidate]]:
        """Return what vector search finds for each question, one after the other."""
        return [await self._vector(asked) for asked in questions]

    async def times(
        self, questions: Sequence[EmbeddedQuestion], way: Way, *, in_flight: int, count: int
    ) -> Times:
        """Ask `count` questions, `in_flight` at a time, after some that are not counted."""
        search = self._search(way)
        await _closed_loop(search, list(islice(cycle(questions), _WARM_UP)), in_flight)
        asked = list(islice(cycle(questions), count))
        server, client, started = self._server_cpu(), time.process_time(), time.perf_counter()
        elapsed = await _closed_loop(search, asked, in_flight)
        seconds = time.perf_counter() - started
        p50, p95, p99 = np.percentile(elapsed, (50, 95, 99))
        return Times(
            way=way,
            in_flight=in_flight,
            searches=count,
            p50=float(p50),
            p95=float(p95),
            p99=float(p99),
            per_second=count / seconds,
            server_cpu_ms=1_000 * (self._server_cpu() - server) / count,
            client_cpu_ms=1_000 * (time.process_time() - client) / count,
        )

    def _search(self, way: Way) -> Callable[[EmbeddedQuestion], Awaitable[object]]:
        return {Way.VECTOR: self._vector, Way.KEYWORD: self._keyword, Way.HYBRID: self._hybrid}[way]

    async def _vector(self, asked: EmbeddedQuestion) -> list[Candidate]:
        return await self._store.vector(asked.vector, scope=self._scope, limit=self._limit)

    async def _keyword(self, asked: EmbeddedQuestion) -> list[Candidate]:
        return await self._store.keyword(asked.text, scope=self._scope, limit=self._limit)

    async def _hybrid(self, asked: EmbeddedQuestion) -> dict[SearchKind, list[Candidate]]:
        vector, keyword = await asyncio.gather(self._vector(asked), self._keyword(asked))
        return {SearchKind.VECTOR: vector, SearchKind.KEYWORD: keyword}


async def _closed_loop(
    search: Callable[[EmbeddedQuestion], Awaitable[object]],
    questions: Sequence[EmbeddedQuestion],
    in_flight: int,
) -> list[float]:
    """Return the milliseconds of each search."""
    elapsed: list[float] = []
    waiting = iter(questions)

    async def work() -> None:
        for asked in waiting:  # shared: each worker takes the next one
            started = time.perf_counter()
            await search(asked)
            elapsed.append(1_000 * (time.perf_counter() - started))

    async with asyncio.TaskGroup() as workers:
        for _ in range(in_flight):
            workers.create_task(work())
    return elapsed
