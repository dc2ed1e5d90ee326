"""`ragline eval compare`: Ragline beside Haystack, LangChain and LlamaIndex, in one run."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline_cli.bench.number_list import number_list
from ragline_cli.bench.processor_time import seconds_of_tree
from ragline_cli.console import err, print_report
from ragline_cli.evaluate.material import Material, read_material, reference_material
from ragline_cli.evaluate.options import Limit, Split
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import started_stack
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.server import Server
from ragline_cli.stack.state import StackKind

if TYPE_CHECKING:
    from ragline_cli.evaluate.kafka_system import KafkaSystem
    from ragline_evaluation.compare.footprint import Footprint
    from ragline_evaluation.compare.passages import PassageFiles
    from ragline_evaluation.compare.peers import PeerSettings
    from ragline_evaluation.compare.program import Program, ProgramLine
    from ragline_evaluation.compare.report import ComparisonReport, SystemReport
    from ragline_evaluation.compare.rounds import Round, RoundPlan
    from ragline_evaluation.compare.systems import Started

_NAME = "compare"
_WORKERS = "RAGLINE_EMBEDDING__WORKERS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is compared: the material, how it is asked, and the repository with the peers."""

    material: Material
    plan: RoundPlan
    kind: StackKind
    kafka: bool
    peers: PeerSettings
    root: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run gave, before it is put together."""

    rounds: Sequence[Round]
    ranked: Mapping[str, Mapping[str, Sequence[str]]]
    cosines: Mapping[str, float]
    footprints: Mapping[str, Footprint]
    versions: Mapping[str, Mapping[str, str]]
    statuses: Mapping[str, int]


def compare(
    *,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="BEIR form: corpus.jsonl, queries.jsonl, qrels/."),
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Files instead of corpus.jsonl. Without --data the questions are made from their "
            "headings and links; without both the Python language reference is asked about.",
        ),
    ] = None,
    split: Split = "dev",
    limit: Limit = None,
    in_flight: Annotated[
        str, typer.Option(help="Questions in flight, comma-separated.")
    ] = "1,8,32",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds at each number in flight.")] = 5,
    questions: Annotated[
        int, typer.Option(min=1, help="Questions to each system in a round, or twice in flight.")
    ] = 40,
    workers: Annotated[
        int, typer.Option(min=1, help="Questions that a peer works on at a time.")
    ] = os.cpu_count() or 1,
    threads: Annotated[int, typer.Option(min=1, help="A peer's threads of onnxruntime.")] = 1,
    depth: Annotated[int, typer.Option(min=1, help="A peer's passages of each search.")] = 40,
    stack: Annotated[
        StackKind, typer.Option(help="Ragline's store: PostgreSQL or Weaviate.")
    ] = StackKind.EMBEDDED,
    kafka: Annotated[bool, typer.Option(help="Also ask end to end over Kafka.")] = True,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/compare"
    ),
    root: Annotated[
        Path, typer.Option(help="The checkout, with the peers' programs and environments.")
    ] = Path(),
) -> None:
    """Compare rates, latencies, memory, start-up and nDCG@10 with other frameworks.

    `make compare` makes the frameworks' environments. Each system is asked in turn in every round.
    """
    from ragline_evaluation import writing
    from ragline_evaluation.compare import plot, report
    from ragline_evaluation.compare.peers import PEERS, PeerSettings, environment_of
    from ragline_evaluation.compare.rounds import RoundPlan

    root = root.absolute()
    for peer in PEERS:
        environment_of(peer, root)
    folder.mkdir(parents=True, exist_ok=True)
    material = _material(data, documents, split, limit)
    chosen = Chosen(
        material=material,
        plan=RoundPlan(
            in_flight=number_list(in_flight, "--in-flight"), rounds=rounds, questions=questions
        ),
        kind=stack,
        kafka=kafka,
        peers=PeerSettings(
            folder=folder.absolute() / material.events[0].tenant,
            workers=workers,
            threads=threads,
            depth=depth,
        ),
        root=root,
    )
    passages = _prepare(chosen)
    found = _measure(chosen, passages)
    text = report.markdown(found)
    written = writing.write_report(folder, found.as_dict(), text, partial(plot.draw, found))
    print_report(text, written)


def _material(data: Path | None, documents: Path | None, split: str, limit: int | None) -> Material:
    if data is None and documents is None:
        return reference_material(limit)
    sets, folders = ([each] if each else [] for each in (data, documents))
    return read_material(sets, folders, split, limit)[0]


def _prepare(chosen: Chosen) -> PassageFiles:
    """Ingest the documents into the store that is compared, and write down its passages."""
    with started_stack(chosen.kind, _NAME, pipeline=False) as launcher:
        given = os.environ.get(_WORKERS)
        os.environ.update(launcher.plan.addresses.environment())
        os.environ.setdefault(_WORKERS, str(os.cpu_count() or 1))
        try:
            return asyncio.run(_passages(chosen))
        finally:
            if given is None:  # services have a number of workers of their own
                del os.environ[_WORKERS]


async def _passages(chosen: Chosen) -> PassageFiles:
    from ragline.adapters.models import open_embedder
    from ragline.adapters.redis.client import open_redis
    from ragline.adapters.redis.embedding_cache import RedisEmbeddingCache
    from ragline.adapters.redis.optional import optional_redis
    from ragline.adapters.stores.opening import open_reader
    from ragline.observability.metrics import Metrics
    from ragline_evaluation import ingesting
    from ragline_evaluation.compare.passages import passages_of, write_passages
    from ragline_evaluation.stages import open_ingestor
    from ragline_retriever.settings import Settings

    events = chosen.material.events
    name, tenant = chosen.material.dataset.name, events[0].tenant
    with bar(f"{name}: ingesting", len(events)) as advance:
        async with open_ingestor() as stage:
            await ingesting.ingest(stage, events, advance)
    settings = Settings()
    async with (
        open_reader(settings.vector_store) as reader,
        open_embedder(settings.embedding) as embedder,
        open_redis(settings.redis.caches) as redis,
    ):
        cache = RedisEmbeddingCache(
            optional_redis(redis, "embedding_cache", Metrics()),
            ttl_s=settings.redis.embedding_ttl_s,
            fill=settings.redis.cache_fill,
        )
        ids = [event.document_id for event in events]
        passages = await passages_of(reader, ids, tenant=tenant)
        with bar(f"{name}: vectors", len(passages)) as advance:
            return await write_passages(
                chosen.peers.folder, passages, embedder, cache=cache, progress=advance
            )


def _measure(chosen: Chosen, passages: PassageFiles) -> ComparisonReport:
    begun = time.perf_counter()
    with started_stack(chosen.kind, _NAME, pipeline=chosen.kafka) as launcher:
        os.environ.update(launcher.plan.addresses.environment())
        measured = asyncio.run(_ask_all(chosen, passages, launcher, begun))
        return _report(chosen, passages, measured, launcher)


async def _ask_all(
    chosen: Chosen, passages: PassageFiles, launcher: Launcher, begun: float
) -> Measured:
    from ragline.adapters.models import open_embedder
    from ragline_evaluation.compare.rounds import System, measure
    from ragline_evaluation.compare.systems import check_vectors, ranked_by, started
    from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA
    from ragline_retriever.settings import Settings

    asked = {each.id: each.text for each in chosen.material.dataset.questions}
    texts = list(asked.values())
    async with AsyncExitStack() as stack:
        systems: list[System] = []
        start_s: dict[str, float] = {}
        pipeline = None
        if chosen.kafka:
            pipeline = await stack.enter_async_context(
                _kafka_system(OVER_KAFKA, launcher, chosen.material.events[0].tenant)
            )
            await pipeline.ask(texts[0])
            start_s[OVER_KAFKA] = time.perf_counter() - begun
            systems.append(pipeline)
        programs: list[Started] = await stack.enter_async_context(
            started(
                _lines(chosen, passages),
                texts[0],
                logs=chosen.peers.folder,
                on_start=lambda name: err.print(f"Starting {name}"),
            )
        )
        running = [each.program for each in programs]
        start_s |= {each.program.name: each.start_s for each in programs}
        systems = [*running, *systems]
        async with open_embedder(Settings().embedding) as embedder:
            peers = [each for each in running if each.name != IN_PROCESS]
            cosines = await check_vectors(peers, texts, embedder)
        with bar("what each finds", len(systems)) as advance:
            ranked = await ranked_by(systems, asked, advance)
        steps = chosen.plan.rounds * len(chosen.plan.in_flight) * len(systems)
        with bar("rounds", steps) as advance:
            rounds = await measure(
                systems,
                texts,
                chosen.plan,
                cpu_s=partial(_cpu_s, _processes(launcher, running)),
                progress=advance,
            )
        memory = {each.name: {"program": _peak(each.pid)} for each in running}
        if pipeline is not None:
            memory[OVER_KAFKA] = _memory_of(launcher)
        memory[IN_PROCESS] |= _memory_of(launcher, only=(launcher.plan.store.name,))
        return Measured(
            rounds=rounds,
            ranked=ranked,
            cosines=cosines,
            footprints=_footprints(memory, start_s, chosen.root),
            versions={each.name: each.versions for each in running},
            statuses=pipeline.statuses if pipeline is not None else {},
        )


@asynccontextmanager
async def _kafka_system(name: str, launcher: Launcher, tenant: str) -> AsyncIterator[KafkaSystem]:
    from ragline_cli.ask.asker import open_asker
    from ragline_cli.evaluate.kafka_system import KafkaSystem

    servers = launcher.plan.addresses.kafka.bootstrap_servers
    async with open_asker(servers) as asker:
        yield KafkaSystem(name, asker, tenant=tenant)


def _lines(chosen: Chosen, passages: PassageFiles) -> list[ProgramLine]:
    from ragline.adapters.models.bundles import locate_bundle
    from ragline.model_settings import EMBEDDING_MODEL
    from ragline_evaluation.compare import own_retrieval
    from ragline_evaluation.compare.peers import PEERS, program_line
    from ragline_evaluation.compare.program import ProgramLine
    from ragline_evaluation.compare.targets import IN_PROCESS

    tenant = chosen.material.events[0].tenant
    own = ProgramLine(name=IN_PROCESS, argv=(sys.executable, "-m", own_retrieval.__name__, tenant))
    model = locate_bundle(EMBEDDING_MODEL)
    peers = [
        program_line(each, root=chosen.root, passages=passages, model=model, settings=chosen.peers)
        for each in PEERS
    ]
    return [own, *peers]


def _processes(launcher: Launcher, running: Sequence[Program]) -> dict[str, list[int]]:
    """Return by system the processes that work for it; a server counts with those below it."""
    from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA

    found = {each.name: [each.pid] for each in running}
    plan = launcher.plan
    found[IN_PROCESS] += _pids([plan.store])
    found[OVER_KAFKA] = _pids(plan.servers)
    return found


def _pids(servers: Sequence[Server]) -> list[int]:
    return [server.pid for server in servers if server.pid is not None]


def _cpu_s(processes: Mapping[str, Sequence[int]], name: str) -> float:
    return sum(seconds_of_tree(pid) or 0.0 for pid in processes[name])


def _peak(pid: int) -> float:
    from ragline_evaluation.compare.footprint import peak_memory_mb

    return peak_memory_mb(pid)


def _memory_of(launcher: Launcher, only: Sequence[str] | None = None) -> dict[str, float]:
    """Return the memory of the stack's servers; a store may be several processes."""
    from ragline_evaluation.compare.footprint import memory_of_tree_mb

    services = {each.name for each in launcher.plan.services}
    return {
        server.name: _peak(server.pid) if server.name in services else memory_of_tree_mb(server.pid)
        for server in launcher.plan.servers
        if server.pid is not None and (only is None or server.name in only)
    }


def _footprints(
    memory: Mapping[str, Mapping[str, float]], start_s: Mapping[str, float], root: Path
) -> dict[str, Footprint]:
    from ragline_evaluation.compare.footprint import Footprint

    return {
        name: Footprint(memory_mb=of, start_s=start_s[name], install_mb=_install_mb(name, root))
        for name, of in memory.items()
    }


def _install_mb(name: str, root: Path) -> float:
    from ragline_evaluation.compare.footprint import folder_mb, installed_mb, pinned
    from ragline_evaluation.compare.peers import PEERS, environment_of
    from ragline_evaluation.compare.targets import IN_PROCESS

    for peer in PEERS:
        if peer.name == name:
            return folder_mb(environment_of(peer, root) / "lib")
    locks = ("classifier", "retriever") if name == IN_PROCESS else ("demo",)
    names: set[str] = set()
    for lock in locks:
        names |= pinned((root / "requirements" / f"{lock}.txt").read_text(encoding="utf-8"))
    return installed_mb(names)


def _report(
    chosen: Chosen, passages: PassageFiles, measured: Measured, launcher: Launcher
) -> ComparisonReport:
    from ragline.model_settings import EMBEDDING_MODEL
    from ragline_cli.bench.report import Machine
    from ragline_evaluation.compare.report import ComparisonReport

    dataset, machine = chosen.material.dataset, Machine.here()
    return ComparisonReport(
        dataset=dataset.name,
        origin=dataset.origin,
        documents=len(chosen.material.events),
        passages=passages.count,
        questions=len(dataset.questions),
        model=EMBEDDING_MODEL,
        store=launcher.plan.store.name,
        depth=chosen.peers.depth,
        workers=chosen.peers.workers,
        threads=chosen.peers.threads,
        machine=f"{machine.processor}, {machine.cores} cores, {machine.memory_gib} GiB, Python "
        f"{machine.python}, load {machine.load}",
        measured_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        # without where this machine keeps its files
        command=shlex.join(["ragline", *(Path(part).name for part in sys.argv[1:])]),
        systems=system_reports(chosen, measured),
    )


def system_reports(chosen: Chosen, measured: Measured) -> list[SystemReport]:
    """Return what is reported of each system, in the order in which they were asked first."""
    from ragline_evaluation.compare.figures import levels
    from ragline_evaluation.compare.peers import PEERS
    from ragline_evaluation.compare.report import SystemReport
    from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA
    from ragline_evaluation.retrieval.scoring import MAIN, score

    means = {peer.name: peer.means for peer in PEERS}
    means[IN_PROCESS] = "classifier and retriever of one process, with the default settings"
    means[OVER_KAFKA] = (
        "`ragline up`: the question is published, its answer (quoted from the passages, each claim "
        "checked and cited) is awaited; nDCG@10 is that of the documents cited"
    )
    own = {"ragline": version("ragline")}
    found = levels(measured.rounds, peers=[peer.name for peer in PEERS])
    judgements = chosen.material.dataset.judgements
    return [
        SystemReport(
            name=name,
            means=means[name],
            versions=measured.versions.get(name, own),
            levels=levels_of,
            footprint=measured.footprints[name],
            ndcg=float(score(measured.ranked[name], judgements)[MAIN].mean()),
            cosine=measured.cosines.get(name),
            statuses=dict(measured.statuses) if name == OVER_KAFKA else None,
        )
        for name, levels_of in found.items()
    ]
