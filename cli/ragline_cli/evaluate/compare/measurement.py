"""Asks every system in turn, and reads what it takes from the machine."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from ragline_cli.bench.processor_time import seconds_of_tree
from ragline_cli.console import err
from ragline_cli.evaluate.compare.comparison_plan import ComparisonPlan
from ragline_cli.evaluate.compare.footprints import footprints, memory_of
from ragline_cli.evaluate.compare.kafka_system import KafkaSystem
from ragline_cli.evaluate.progress import bar
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.server import Server
from ragline_evaluation.compare.footprint import Footprint, peak_memory_mb
from ragline_evaluation.compare.passages import PassageFiles
from ragline_evaluation.compare.program import Program, ProgramLine
from ragline_evaluation.compare.rounds import Round
from ragline_evaluation.compare.systems import Started
from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run gave, before it is put together."""

    rounds: Sequence[Round]
    ranked: Mapping[str, Mapping[str, Sequence[str]]]
    cosines: Mapping[str, float]
    footprints: Mapping[str, Footprint]
    versions: Mapping[str, Mapping[str, str]]
    statuses: Mapping[str, int]


async def ask_all(
    comparison: ComparisonPlan, passages: PassageFiles, launcher: Launcher, begun: float
) -> Measured:
    """Start all systems, check that peers search with our vectors, and ask them in rounds.

    `begun` is when the stack's start began, in seconds of `time.perf_counter`.
    """
    from ragline.adapters.models import open_embedder
    from ragline_evaluation.compare.rounds import System, measure
    from ragline_evaluation.compare.systems import check_vectors, ranked_by, started
    from ragline_retriever.settings import Settings

    asked = {each.id: each.text for each in comparison.material.dataset.questions}
    texts = list(asked.values())
    async with AsyncExitStack() as stack:
        systems: list[System] = []
        start_s: dict[str, float] = {}
        pipeline = None
        if comparison.kafka:
            pipeline = await stack.enter_async_context(
                _kafka_system(OVER_KAFKA, launcher, comparison.material.events[0].tenant)
            )
            await pipeline.ask(texts[0])
            start_s[OVER_KAFKA] = time.perf_counter() - begun
            systems.append(pipeline)
        programs: list[Started] = await stack.enter_async_context(
            started(
                _lines(comparison, passages),
                texts[0],
                logs=comparison.peers.folder,
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
        steps = comparison.plan.rounds * len(comparison.plan.in_flight) * len(systems)
        with bar("rounds", steps) as advance:
            rounds = await measure(
                systems,
                texts,
                comparison.plan,
                cpu_s=partial(_cpu_s, _processes(launcher, running)),
                progress=advance,
            )
        memory = {each.name: {"program": peak_memory_mb(each.pid)} for each in running}
        if pipeline is not None:
            memory[OVER_KAFKA] = memory_of(launcher)
        memory[IN_PROCESS] |= memory_of(launcher, only=(launcher.plan.store.name,))
        return Measured(
            rounds=rounds,
            ranked=ranked,
            cosines=cosines,
            footprints=footprints(memory, start_s, comparison.root),
            versions={each.name: each.versions for each in running},
            statuses=pipeline.statuses if pipeline is not None else {},
        )


@asynccontextmanager
async def _kafka_system(name: str, launcher: Launcher, tenant: str) -> AsyncIterator[KafkaSystem]:
    from ragline_cli.ask.asker import open_asker

    servers = launcher.plan.addresses.kafka.bootstrap_servers
    async with open_asker(servers) as asker:
        yield KafkaSystem(name, asker, tenant=tenant)


def _lines(comparison: ComparisonPlan, passages: PassageFiles) -> list[ProgramLine]:
    from ragline.adapters.models.bundles import locate_bundle
    from ragline.model_settings import EMBEDDING_MODEL
    from ragline_evaluation.compare import own_retrieval
    from ragline_evaluation.compare.peers import PEERS, program_line
    from ragline_evaluation.compare.targets import IN_PROCESS

    tenant = comparison.material.events[0].tenant
    own = ProgramLine(name=IN_PROCESS, argv=(sys.executable, "-m", own_retrieval.__name__, tenant))
    model = locate_bundle(EMBEDDING_MODEL)
    peers = [
        program_line(
            each, root=comparison.root, passages=passages, model=model, settings=comparison.peers
        )
        for each in PEERS
    ]
    return [own, *peers]


def _processes(launcher: Launcher, running: Sequence[Program]) -> dict[str, list[int]]:
    """Return by system the processes that work for it; a server counts with those below it."""
    found = {each.name: [each.pid] for each in running}
    plan = launcher.plan
    found[IN_PROCESS] += _pids([plan.store])
    found[OVER_KAFKA] = _pids(plan.servers)
    return found


def _pids(servers: Sequence[Server]) -> list[int]:
    return [server.pid for server in servers if server.pid is not None]


def _cpu_s(processes: Mapping[str, Sequence[int]], name: str) -> float:
    return sum(seconds_of_tree(pid) or 0.0 for pid in processes[name])
