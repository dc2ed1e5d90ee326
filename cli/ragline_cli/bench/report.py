"""The report of a load test: JSON for programs, Markdown and a picture for people."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import MappingProxyType

import psutil
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from rich.box import MARKDOWN, SIMPLE_HEAD, Box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from ragline_cli.bench.freshness import FreshnessFigures
from ragline_cli.bench.stats import LevelFigures, Quantiles

HOPS_BUDGET_MS = 40.0
_BAR = 20
_LEGEND = (
    "work: in the stages; hops: waiting on the four topics up to the generator; "
    "beyond: all that is no stage's work, up to the reader of the answer."
)


class Machine(BaseModel):
    """The machine of the measurement; memory in GiB, load is the 1-minute average beforehand."""

    model_config = ConfigDict(frozen=True)

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    load: float

    @classmethod
    def here(cls) -> Machine:
        """Return a description of this machine."""
        return cls(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)),
            memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
            system=f"{platform.system()} {platform.release()}",
            python=platform.python_version(),
            load=round(os.getloadavg()[0], 2),
        )


class BenchReport(BaseModel):
    """The figures of all levels, and the stack and machine that were measured.

    `at_rest` is the processor time in ms a second that each part uses while nothing is asked,
    `memory_mib` what each has in memory at the end, and `record_bytes` the mean size of a record of
    each topic of the query path, as it is stored; `answer_bytes` that of an answer's JSON, null in
    reports of earlier releases.
    """

    model_config = ConfigDict(frozen=True)

    measured_at: AwareDatetime
    machine: Machine
    stack: str
    tenant: str
    levels: tuple[LevelFigures, ...]
    freshness: tuple[FreshnessFigures, ...] = ()
    at_rest: dict[str, float] = Field(default_factory=dict)
    memory_mib: dict[str, float] = Field(default_factory=dict)
    record_bytes: dict[str, float] = Field(default_factory=dict)
    answer_bytes: float | None = None
    hops_budget_ms: float = HOPS_BUDGET_MS

    @classmethod
    def of(
        cls,
        levels: tuple[LevelFigures, ...],
        freshness: tuple[FreshnessFigures, ...] = (),
        *,
        at_rest: Mapping[str, float] = MappingProxyType({}),
        memory_mib: Mapping[str, float] = MappingProxyType({}),
        record_bytes: Mapping[str, float] = MappingProxyType({}),
        answer_bytes: float | None = None,
        machine: Machine,
        stack: str,
        tenant: str,
    ) -> BenchReport:
        """Return the report of `levels` and `freshness`, measured now."""
        return cls(
            measured_at=datetime.now(UTC),
            machine=machine,
            stack=stack,
            tenant=tenant,
            levels=levels,
            freshness=freshness,
            at_rest=dict(at_rest),
            memory_mib=dict(memory_mib),
            record_bytes=dict(record_bytes),
            answer_bytes=answer_bytes,
        )

    def verdict(self) -> str:
        """Say whether the four hops of an unloaded pipeline stay within their budget."""
        alone = min(self.levels, key=lambda level: level.in_flight)
        if alone.hops.p50 is None:
            return "No question went through all four stages: nothing to say about the hops."
        kept = "within" if alone.hops.p50 < self.hops_budget_ms else "ABOVE"
        return (
            f"Four hops of Kafka with {alone.in_flight} in flight: p50 {alone.hops.p50:.1f} ms, "
            f"{kept} the budget of {self.hops_budget_ms:.0f} ms."
        )


def write(report: BenchReport, folder: Path) -> tuple[Path, ...]:
    """Write `bench.json`, `bench.md` and `bench.svg` into `folder`; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "bench.json": report.model_dump_json(indent=2) + "\n",
        "bench.md": markdown(report),
        "bench.svg": picture(report),
    }
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in contents)


def markdown(report: BenchReport) -> str:
    """Return the tables as Markdown."""
    text = StringIO()
    console = Console(file=text, width=160, color_system=None)
    machine = report.machine
    console.print(
        "# Load test\n\n"
        f"Stack {report.stack}, measured {report.measured_at:%Y-%m-%d %H:%M} UTC on "
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gib} GiB, "
        f"{machine.system}, Python {machine.python}, load {machine.load} before.\n"
        f"Closed loop; p50/p95/p99 in ms, else p50.\n\n{_LEGEND}\n\n{report.verdict()}",
        soft_wrap=True,
    )
    for heading, table in sections(report, MARKDOWN):
        console.print(f"\n## {heading}\n", table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def picture(report: BenchReport) -> str:
    """Return tables and bars as SVG."""
    console = Console(file=StringIO(), width=100, record=True)
    console.print(everything(report))
    return console.export_svg(title="ragline bench")


def everything(report: BenchReport) -> Group:
    """Return the whole report for a terminal."""
    parts = (part for heading, table in sections(report) for part in (Text(heading), table))
    return Group(*parts, Text(_LEGEND, style="dim"), Text(report.verdict(), style="bold"))


def sections(report: BenchReport, box: Box = SIMPLE_HEAD) -> Iterator[tuple[str, Table]]:
    """Yield headings and tables: all levels end to end, processor time, freshness, the stages."""
    yield "End to end: p50/p95/p99 in ms, else p50", _levels_table(report, box)
    if any(level.processor for level in report.levels):
        yield "Processor time of a question, ms in all processes", _processor_table(report, box)
    if report.memory_mib:
        yield "In memory at the end, with all processes of a part", _memory_table(report, box)
    if report.freshness:
        heading = "From a document's change to searchable: p50/p95/p99 in ms"
        yield heading, _freshness_table(report, box)
    for level in report.levels:
        heading = f"{level.in_flight} in flight, {level.questions} questions: stages"
        yield heading, _stages_table(level, box)


def _levels_table(report: BenchReport, box: Box) -> Table:
    table = Table(box=box)
    for heading in ("in flight", "answers/s", "end to end", "work", "hops", "beyond"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("ended")
    for level in report.levels:
        table.add_row(
            str(level.in_flight),
            f"{level.per_second:.1f}",
            _cell(level.end_to_end),
            *(_ms(part.p50) for part in (level.work, level.hops, level.beyond_work)),
            "\n".join(f"{count} {name}" for name, count in sorted(level.statuses.items())),
        )
    return table


def _processor_table(report: BenchReport, box: Box) -> Table:
    table = Table("part", box=box)
    for level in report.levels:
        table.add_column(f"{level.in_flight} in flight", justify="right", no_wrap=True)
    table.add_column("at rest, ms a second", justify="right", no_wrap=True)
    most = max(report.levels, key=lambda level: level.in_flight)
    for part in most.processor:
        levels = (_ms(level.processor.get(part)) for level in report.levels)
        table.add_row(part, *levels, _ms(report.at_rest.get(part)))
    together = (_ms(sum(level.processor.values())) for level in report.levels)
    resting = sum(report.at_rest.values())
    table.add_row("together", *together, _ms(resting))
    shares = (
        _ms(resting / level.per_second if level.per_second else None) for level in report.levels
    )
    table.add_row("of it as at rest", *shares, "")
    return table


def _memory_table(report: BenchReport, box: Box) -> Table:
    table = Table("part", box=box)
    table.add_column("MiB", justify="right")
    for part, mib in report.memory_mib.items():
        table.add_row(part, f"{mib:.0f}")
    return table


def _freshness_table(report: BenchReport, box: Box) -> Table:
    table = Table("beside", box=box)
    for heading in ("changes", "failed", "searchable after"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in report.freshness:
        counts = (str(each.changes), str(each.failed))
        table.add_row(each.beside, *counts, _cell(each.milliseconds))
    return table


def _stages_table(level: LevelFigures, box: Box) -> Table:
    table = Table("stage", box=box)
    for heading in ("msg/s", "waited", "worked"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("░ waited █ worked", no_wrap=True)
    scale = max((_p50(s.waiting) + _p50(s.work) for s in level.stages), default=0.0) or 1.0
    for stage in level.stages:
        waiting, work = (round(_BAR * _p50(part) / scale) for part in (stage.waiting, stage.work))
        cells = (f"{stage.per_second:.1f}", _cell(stage.waiting), _cell(stage.work))
        table.add_row(stage.stage, *cells, "░" * waiting + "█" * work)
    return table


def _cell(quantiles: Quantiles) -> str:
    return "/".join(map(_ms, (quantiles.p50, quantiles.p95, quantiles.p99)))


def _ms(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _p50(quantiles: Quantiles) -> float:
    return max(quantiles.p50 or 0.0, 0.0)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
