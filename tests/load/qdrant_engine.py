"""`python -m tests.load.qdrant_engine DIR…`: Qdrant's engine as a library, at one size.

For machines without the program `qdrant`, with which `ragline eval capacity --store qdrant` says
more. Corpus, questions and searches are the same; engine and client share one process, so their
processor time is one figure.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from rich.console import Console
from tests.integration.stores.qdrant_edge_client import EdgeClient

from ragline.adapters.stores.qdrant.client import QdrantConnection
from ragline.adapters.stores.qdrant.store import store_on
from ragline.ports.store import Scope
from ragline.settings import StoreKind, VectorStoreSettings
from ragline_cli.evaluate.progress import bar
from ragline_evaluation.capacity import material
from ragline_evaluation.capacity.corpus import documents_of
from ragline_evaluation.capacity.measure import StoreProbe, Way
from ragline_evaluation.capacity.recall import measured_recall
from ragline_evaluation.capacity.store_fill import fill

_TENANT = "capacity"
_COLLECTION = "Capacity"
_IN_FLIGHT = 8
_LIMIT = 40
_DEPTH = 20
_PASSAGES = 3_000
_QUESTIONS = 300


def main(
    data: Annotated[list[Path], typer.Argument(help="Folders in BEIR's form.")],
    chunks: int = 10_000,
    searches: int = 100,
    at: Annotated[Path, typer.Option(help="Where vectors are kept.")] = Path("build/capacity"),
) -> None:
    """Print what a search costs, and its recall."""
    at.mkdir(parents=True, exist_ok=True)
    asyncio.run(_measure(data, chunks, searches, at))


async def _measure(data: list[Path], chunks: int, searches: int, at: Path) -> None:
    console = Console(highlight=False)
    made = await material.prepare(
        data, "dev", _PASSAGES, _QUESTIONS, tenant=_TENANT, cache=at, progress=bar
    )
    documents = documents_of(chunks)
    settings = VectorStoreSettings(
        kind=StoreKind.QDRANT, url=SecretStr("http://localhost:6333"), collection=_COLLECTION
    )
    with tempfile.TemporaryDirectory(dir=at) as folder:
        engine: Any = EdgeClient(Path(folder))
        store = await store_on(
            QdrantConnection(settings, client=engine),
            _COLLECTION,
            fingerprint=made.fingerprint,
            dimensions=made.dimensions,
        )
        before = time.process_time()
        with bar("filling", chunks) as advance:
            await fill(store, made.corpus, 0, documents, advance)
        console.print(f"a chunk written: {1_000 * (time.process_time() - before) / chunks:.2f} ms")
        probe = StoreProbe(store, scope=Scope(tenant=_TENANT), limit=_LIMIT, server_cpu=lambda: 0.0)
        for way in Way:
            times = await probe.times(made.questions, way, in_flight=_IN_FLIGHT, count=searches)
            console.print(f"{way.value}: {times.client_cpu_ms:.1f} ms, p95 {times.p95:.0f} ms")
        found = await probe.vector_hits(made.questions)
        recall = measured_recall(made.corpus, documents, made.questions, found, _DEPTH)
        console.print(f"recall: {recall:.4f}")
        console.print(f"disk: {_megabytes(Path(folder)):.0f} MB")
        await engine.close()


def _megabytes(folder: Path) -> float:
    return sum(each.stat().st_blocks * 512 for each in folder.rglob("*")) / 1e6


if __name__ == "__main__":
    typer.run(main)
