"""`python -m tests.load.vector_precision DIR…`: a vector index, half precision and whole.

Works on the store that `ragline eval capacity --chunks N --keep` has filled, gives it a second
index of whole vectors with the same parameters, and asks both in turn. Wall times say little on a
busy machine; processor time and recall do.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import numpy as np
import typer
from rich.console import Console

from ragline.adapters.stores.opening import open_store
from ragline.adapters.stores.pgvector.pool import address
from ragline.ports.store import Scope
from ragline.settings import StoreKind
from ragline_cli.evaluate.capacity_server import MeasuredServer, measured_server
from ragline_cli.evaluate.progress import bar
from ragline_evaluation.capacity import material
from ragline_evaluation.capacity.corpus import documents_of, number_of
from ragline_evaluation.capacity.measure import StoreProbe, Way
from ragline_evaluation.capacity.recall import open_neighbours, recall

_TENANT = "capacity"
_IN_FLIGHT = 8
_LIMIT = 40
_DEPTH = 20
_ROUNDS = 3
_PASSAGES = 3_000
_QUESTIONS = 300
_WHOLE = "chunks_embedding_idx"
# the parameters of the index of half precision (`pgvector/schema.py`)
_MAKE = f"""
CREATE INDEX {_WHOLE} ON chunks USING hnsw (embedding vector_cosine_ops)
    WITH (m = 24, ef_construction = 128)
"""


def main(
    data: Annotated[list[Path], typer.Argument(help="Folders in BEIR's form.")],
    chunks: Annotated[int, typer.Option(help="How many the store holds.")] = 29_000,
    at: Annotated[Path, typer.Option(help="Where the store's data lie.")] = Path("build/capacity"),
) -> None:
    """Print sizes, recall, and what a search costs."""
    made = asyncio.run(
        material.prepare(data, "dev", _PASSAGES, _QUESTIONS, tenant=_TENANT, cache=at, progress=bar)
    )
    with measured_server(StoreKind.PGVECTOR, at / "pgvector", memory_mb=1_024, extra={}) as server:
        asyncio.run(_compare(server, made, chunks, Console(highlight=False)))


async def _compare(
    server: MeasuredServer, made: material.CapacityMaterial, chunks: int, console: Console
) -> None:
    connection = await asyncpg.connect(address(server.settings))
    try:
        await connection.execute(f'SET search_path TO "{server.settings.collection}", public')
        await connection.execute("SET max_parallel_maintenance_workers = 0")
        if await connection.fetchval("SELECT to_regclass($1)", _WHOLE) is None:
            before = server.cpu_seconds()
            await connection.execute(_MAKE, timeout=3_600)
            console.print(f"whole: built in {server.cpu_seconds() - before:.1f} s")
        for name in ("chunks_half", _WHOLE):
            size = await connection.fetchval("SELECT pg_relation_size($1::regclass)", name)
            console.print(f"{name}: {size / 1e6:.1f} MB")
    finally:
        await connection.close()
    await _ask(server, made, chunks, console)


async def _ask(
    server: MeasuredServer, made: material.CapacityMaterial, chunks: int, console: Console
) -> None:
    vectors = np.asarray([asked.vector for asked in made.questions], dtype=np.float32)
    exact = open_neighbours(made.corpus, documents_of(chunks), vectors, _DEPTH)
    opened = open_store(server.settings, fingerprint=made.fingerprint, dimensions=made.dimensions)
    async with opened as store:
        probe = StoreProbe(
            store, scope=Scope(tenant=_TENANT), limit=_LIMIT, server_cpu=server.cpu_seconds
        )
        choose: Any = store  # of both indexes, the expression of the search takes one
        for turn in range(_ROUNDS):
            for name, half in (("half", made.dimensions), ("whole", None)):
                choose._half = half
                if turn == 0:
                    hits = await probe.vector_hits(made.questions)
                    found = [[(number_of(h.document_id), h.ordinal) for h in each] for each in hits]
                    share = recall(made.corpus, vectors, exact, found)
                    console.print(f"{name}: recall@{_DEPTH} {share:.4f}")
                times = await probe.times(
                    made.questions, Way.VECTOR, in_flight=_IN_FLIGHT, count=_QUESTIONS
                )
                console.print(
                    f"{name}: server {times.server_cpu_ms:.1f}, client {times.client_cpu_ms:.1f} ms"
                )


if __name__ == "__main__":
    typer.run(main)
