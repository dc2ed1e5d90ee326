"""`ragline bench`: messages per second and latencies, with waiting and work shown separately."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from ragline_cli.bench.number_list import number_list
from ragline_cli.connection import AsJson, Bootstrap, Connection, Tenant, connection
from ragline_cli.console import err, out, print_json
from ragline_cli.stack.addresses import names_a_cluster
from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.detached import start_detached, stop
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.state import ProcessId, StackKind, read_state

if TYPE_CHECKING:
    from ragline_cli.ask.asker import Asker
    from ragline_cli.bench.freshness import FreshnessFigures
    from ragline_cli.bench.stats import LevelFigures

_MOST_IN_FLIGHT = 1_024


def bench(
    *,
    concurrency: Annotated[
        str, typer.Option(help="Questions in flight at each level, comma-separated.")
    ] = "1,8,32",
    queries: Annotated[int, typer.Option(min=1, help="Questions at each level.")] = 100,
    questions: Annotated[
        Path | None,
        typer.Option(help="File with one question per line; else asks about the tenant's titles."),
    ] = None,
    tenant: Tenant = "bench",
    changes: Annotated[
        int,
        typer.Option(
            min=0,
            help="Document changes whose time until searchable is measured, alone and under load.",
        ),
    ] = 20,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one answer.")] = 120.0,
    burst: Annotated[
        int,
        typer.Option(
            min=0,
            help="Measure instead how long a tenant with one question per second waits, alone and "
            "next to another tenant with this many per second.",
        ),
    ] = 0,
    seconds: Annotated[float, typer.Option(min=1, help="How long the burst lasts.")] = 30.0,
    stack: Annotated[
        StackKind | None,
        typer.Option(help="Start this stack if none is running, and stop it at the end."),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the report is written.")] = Path(
        "build/reports"
    ),
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Measure the pipeline in a closed loop; an empty tenant gets the Python reference first."""
    from ragline_cli.bench import report
    from ragline_cli.bench.corpus import questions_of_file

    levels = _levels(concurrency)
    texts = questions_of_file(questions) if questions else None
    with _running_stack(stack if bootstrap is None else None) as kind:
        target = connection(bootstrap)
        if burst:
            _fairness(target, tenant, texts, burst, seconds, timeout, folder, as_json=as_json)
            return
        machine = report.Machine.here()
        load = Load(
            tenant=tenant,
            levels=levels,
            count=queries,
            changes=changes,
            timeout=timeout,
            elsewhere=bootstrap is not None or names_a_cluster(),
        )
        found = asyncio.run(_measure(target, load, texts))
    figures = report.BenchReport.of(
        found.levels,
        found.freshness,
        at_rest=found.at_rest,
        memory_mib=found.memory_mib,
        record_bytes=found.record_bytes,
        answer_bytes=found.answer_bytes,
        machine=machine,
        stack=kind,
        tenant=tenant,
    )
    paths = report.write(figures, folder)
    if as_json:
        print_json(figures)
        return
    out.print(report.everything(figures))
    out.print("\n".join(f"wrote {path}" for path in paths))


def _fairness(
    target: Connection,
    tenant: str,
    questions: list[str] | None,
    burst: int,
    seconds: float,
    timeout: float,
    folder: Path,
    *,
    as_json: bool,
) -> None:
    from ragline_cli.bench import fairness

    async def measure() -> fairness.FairnessFigures:
        from ragline_cli.ask.asker import open_asker

        quiet = f"{tenant}-quiet"
        texts = questions or [
            text
            for each in (tenant, quiet)  # both have documents, so that both cause the same work
            for text in await _questions_about(target, each, timeout)
        ]
        async with open_asker(target.kafka) as asker:
            with _progress("burst", round(seconds) * (burst + 2)) as advance:
                return await fairness.measure_fairness(
                    asker,
                    texts,
                    quiet=quiet,
                    loud=tenant,
                    rate=1.0,
                    factor=burst,
                    seconds=seconds,
                    timeout=timeout,
                    on_answer=advance,
                )

    figures = asyncio.run(measure())
    path = fairness.write(figures, folder)
    if as_json:
        print_json(figures)
        return
    out.print(fairness.table(figures))
    out.print(f"wrote {path}")


async def _questions_about(target: Connection, tenant: str, timeout: float) -> list[str]:
    from ragline_cli.bench.corpus import questions_about, titles_of_tenant

    err.print(f"Looking at the documents of tenant {tenant!r}")
    return questions_about(await titles_of_tenant(target.kafka, tenant, timeout=timeout))


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to ask: `count` questions of `tenant` at each of the `levels` of load.

    `changes` of documents are published without load, and again during the middle level.
    `elsewhere` says that the cluster is not that of a stack on this machine.
    """

    tenant: str
    levels: tuple[int, ...]
    count: int
    changes: int
    timeout: float
    elsewhere: bool

    @property
    def parts(self) -> dict[str, ProcessId]:
        """The processes of the stack on this machine; none if the load goes elsewhere."""
        state = None if self.elsewhere else read_state(state_folder(DEFAULT_NAME))
        return state.processes if state else {}


def _levels(concurrency: str) -> tuple[int, ...]:
    levels = number_list(concurrency, "--concurrency")
    if not all(1 <= level <= _MOST_IN_FLIGHT for level in levels):
        raise typer.BadParameter(f"--concurrency: from 1 to {_MOST_IN_FLIGHT} in flight")
    return levels


@contextmanager
def _running_stack(kind: StackKind | None) -> Iterator[str]:
    """Yield the name of the measured stack; stop it again if it was started for this."""
    folder = state_folder(DEFAULT_NAME)
    if kind is None or names_a_cluster() or read_state(folder):
        state = None if names_a_cluster() else read_state(folder)
        yield state.stack.value if state else "external"
        return
    try:
        arguments = ["--stack", kind.value]
        yield start_detached(folder, arguments, cancel=Event(), on_line=err.print).stack.value
    finally:
        stop(folder)


@dataclass(frozen=True, slots=True)
class BenchFigures:
    """What was measured, as in `BenchReport`."""

    levels: tuple[LevelFigures, ...]
    freshness: tuple[FreshnessFigures, ...]
    at_rest: dict[str, float]
    memory_mib: dict[str, float]
    record_bytes: dict[str, float]
    answer_bytes: float | None


async def _measure(target: Connection, load: Load, questions: list[str] | None) -> BenchFigures:
    from ragline_cli.ask.asker import open_asker
    from ragline_cli.bench.memory import memory_mib
    from ragline_cli.bench.record_sizes import answer_bytes, record_bytes
    from ragline_cli.bench.run import at_rest, warm_up

    if questions is None:
        questions = await _questions_about(target, load.tenant, load.timeout)
    async with open_asker(target.kafka) as asker:
        await warm_up(asker, questions, tenant=load.tenant, timeout=load.timeout)
        resting = await at_rest(load.parts)
        levels = [await _level(asker, questions, load, level) for level in load.levels]
        freshness = [each async for each in _freshness(target, asker, questions, load)]
    return BenchFigures(
        levels=tuple(levels),
        freshness=tuple(freshness),
        at_rest=resting,
        memory_mib=memory_mib(load.parts),
        record_bytes=await record_bytes(target.kafka),
        answer_bytes=await answer_bytes(target.kafka),
    )


async def _level(
    asker: Asker, questions: Sequence[str], load: Load, in_flight: int, *, endless: bool = False
) -> LevelFigures:
    from ragline_cli.bench.run import measure_level

    with (
        nullcontext(_quietly)
        if endless
        else _progress(f"{in_flight} in flight", load.count) as told
    ):
        return await measure_level(
            asker,
            questions,
            tenant=load.tenant,
            in_flight=in_flight,
            count=sys.maxsize if endless else load.count,
            timeout=load.timeout,
            on_answer=told,
            parts=load.parts,
        )


async def _freshness(
    target: Connection, asker: Asker, questions: Sequence[str], load: Load
) -> AsyncIterator[FreshnessFigures]:
    from ragline_cli.bench.freshness import measure_freshness

    if not load.changes:
        return
    in_flight = sorted(load.levels)[len(load.levels) // 2]
    for beside in (0, in_flight):
        name = f"{beside} questions in flight" if beside else "nothing else"
        pressure = (
            asyncio.create_task(_level(asker, questions, load, beside, endless=True))
            if beside
            else None
        )
        try:
            with _progress(f"changes beside {name}", load.changes) as advance:
                yield await measure_freshness(
                    target.kafka,
                    tenant=load.tenant,
                    changes=load.changes,
                    beside=name,
                    timeout=load.timeout,
                    on_change=advance,
                )
        finally:
            if pressure is not None:
                pressure.cancel()
                await asyncio.wait([pressure])


def _quietly() -> None:
    """Tell nobody."""


@contextmanager
def _progress(title: str, count: int) -> Iterator[Callable[[], None]]:
    from rich.progress import Progress

    with Progress(console=err) as progress:
        task = progress.add_task(title, total=count)
        yield lambda: progress.advance(task)
