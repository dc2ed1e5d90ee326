"""`ragline eval capacity`: a vector store's times, recall, memory and disk as it grows."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.errors import Misconfigured
from ragline.settings import Quantisation, StoreKind, VectorStoreSettings
from ragline_cli.bench.number_list import number_list
from ragline_cli.console import print_report
from ragline_cli.evaluate.progress import bar

if TYPE_CHECKING:
    from ragline.adapters.stores.opening import Store
    from ragline_cli.evaluate.capacity_server import MeasuredServer
    from ragline_evaluation.capacity.material import CapacityMaterial
    from ragline_evaluation.capacity.report import SizeFigures

_TENANT = "capacity"
# additions of so many chunks are indexed at the end
_AT_ONCE_FROM = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLoad:
    """How to ask: `count` searches of each way at each level, for `limit` candidates."""

    levels: tuple[int, ...]
    count: int
    limit: int
    depth: int


def capacity(
    *,
    chunks: Annotated[
        str, typer.Option(help="Sizes to measure, ascending, comma-separated.")
    ] = "10000,100000",
    store: Annotated[StoreKind, typer.Option(help="Which store.")] = StoreKind.PGVECTOR,
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="DIR", help="BEIR form: corpus.jsonl, queries.jsonl, qrels/; repeatable."
        ),
    ],
    split: Annotated[str, typer.Option(help="Which qrels.")] = "dev",
    passages: Annotated[
        int, typer.Option(min=100, help="Passages that the model embeds; others are made of them.")
    ] = 3_000,
    questions: Annotated[int, typer.Option(min=1, help="Different questions.")] = 300,
    searches: Annotated[int, typer.Option(min=1, help="Searches of each kind at each load.")] = 600,
    concurrency: Annotated[str, typer.Option(help="In flight, comma-separated.")] = "1,8",
    limit: Annotated[int, typer.Option(min=1, help="Candidates of a search.")] = 40,
    depth: Annotated[int, typer.Option(min=1, help="Recall among the best of these.")] = 20,
    memory_mb: Annotated[
        int, typer.Option(min=128, help="PostgreSQL's buffers, and memory for building an index.")
    ] = 1_024,
    quantisation: Annotated[
        Quantisation, typer.Option(help="Of Weaviate's vectors, in a new store.")
    ] = Quantisation.NONE,
    keep: Annotated[
        bool, typer.Option(help="Keep the filled store, and go on from what it holds next time.")
    ] = False,
    at: Annotated[Path, typer.Option(help="Where the store's data lie.")] = Path("build/capacity"),
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/capacity"
    ),
) -> None:
    """Fill a store with chunks made from real text, and measure it at each size.

    Vectors beyond the embedded passages are perturbed ones; recall is measured against comparing
    all of them. A tenth of the documents is closed to the one who asks.
    """
    from ragline_cli.bench.report import Machine
    from ragline_cli.evaluate.capacity_server import MEASURED, measured_server
    from ragline_evaluation import writing
    from ragline_evaluation.capacity import extrapolation, material, plot, report

    if store not in MEASURED:
        raise typer.BadParameter(
            f"--store: {store} has no server that can be started and measured here; use one of "
            f"{', '.join(MEASURED)}"
        )
    sizes = _numbers(chunks, "--chunks")
    load = SearchLoad(
        levels=_numbers(concurrency, "--concurrency"), count=searches, limit=limit, depth=depth
    )
    at.mkdir(parents=True, exist_ok=True)
    made = asyncio.run(
        material.prepare(data, split, passages, questions, tenant=_TENANT, cache=at, progress=bar)
    )
    name = store.value if quantisation is Quantisation.NONE else f"{store.value}-{quantisation}"
    place = at / name
    measured: list[SizeFigures] = []
    with measured_server(
        store, place, memory_mb=memory_mb, extra={"quantisation": quantisation}
    ) as server:
        machine = Machine.here().model_dump()
        for size in sizes:
            measured.append(asyncio.run(_size(server, made, size, load)))
            found = report.CapacityReport(
                store=name,
                machine=machine,
                measured_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
                questions=len(made.questions),
                depth=depth,
                passages=made.passages,
                sizes=measured,
            )
            # after each size: the next one may take hours
            text = report.markdown(found) + extrapolation.markdown(measured)
            written = writing.write_report(
                folder / name, found.as_dict(), text, partial(plot.draw, [found])
            )
            print_report(text, written)
    if not keep:
        shutil.rmtree(place)


def _numbers(given: str, option: str) -> tuple[int, ...]:
    numbers = number_list(given, option)
    if list(numbers) != sorted(numbers) or numbers[0] < 1:
        raise typer.BadParameter(f"{option}: ascending, from 1")
    return numbers


async def _size(
    server: MeasuredServer, material: CapacityMaterial, size: int, load: SearchLoad
) -> SizeFigures:
    from ragline.adapters.stores.opening import open_store
    from ragline.ports.store import Scope
    from ragline_evaluation.capacity.corpus import documents_of
    from ragline_evaluation.capacity.measure import StoreProbe, Way
    from ragline_evaluation.capacity.recall import measured_recall
    from ragline_evaluation.capacity.report import SizeFigures

    opened = open_store(
        server.settings, fingerprint=material.fingerprint, dimensions=material.dimensions
    )
    documents = documents_of(size)
    async with opened as store:
        rate = await _fill(store, material, documents, server.settings)
        probe = StoreProbe(
            store,
            scope=Scope(tenant=_TENANT),
            limit=load.limit,
            server_cpu=server.cpu_seconds,
        )
        times = []
        for level in load.levels:
            for way in Way:
                with bar(f"{size:,}: {way.value}, {level} in flight", load.count) as advance:
                    times.append(
                        await probe.times(
                            material.questions, way, in_flight=level, count=load.count
                        )
                    )
                    advance(load.count)
        with bar(f"{size:,}: recall", len(material.questions)) as advance:
            found = await probe.vector_hits(material.questions)
            share = measured_recall(
                material.corpus, documents, material.questions, found, load.depth
            )
            advance(len(material.questions))
        return SizeFigures(
            chunks=size,
            chunks_per_second=rate,
            recall=share,
            memory_mb=server.memory_mb(),
            disk_mb=server.disk_mb(),
            times=times,
        )


async def _fill(
    store: Store, material: CapacityMaterial, documents: int, settings: VectorStoreSettings
) -> float | None:
    """Write what is missing; return the chunks written per second, or None.

    PostgreSQL indexes the vectors of a large addition afterwards, which counts as well.
    """
    from ragline.ports.store import DocumentRef
    from ragline_evaluation.capacity.corpus import CHUNKS_PER_DOCUMENT, document_id
    from ragline_evaluation.capacity.store_fill import fill, stored_documents

    beyond = DocumentRef(tenant=_TENANT, document_id=document_id(documents))
    if await store.current(beyond) is not None:
        raise Misconfigured("the store holds more chunks already: name its size, or remove --at")
    first = await stored_documents(store, tenant=_TENANT, most=documents)
    if first == documents:
        return None
    count = (documents - first) * CHUNKS_PER_DOCUMENT
    at_once = settings.kind is StoreKind.PGVECTOR and count >= _AT_ONCE_FROM
    started = time.perf_counter()
    async with _indexed_at_the_end(settings, material) if at_once else nullcontext():
        with bar(f"{documents * CHUNKS_PER_DOCUMENT:,}: filling", count) as advance:
            await fill(store, material.corpus, first, documents, advance)
    return count / (time.perf_counter() - started)


def _indexed_at_the_end(
    settings: VectorStoreSettings, material: CapacityMaterial
) -> AbstractAsyncContextManager[None]:
    from ragline.adapters.stores.pgvector.bulk import without_vector_index

    return without_vector_index(settings, material.dimensions)
