"""A plan as tables, for a terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD, Box
from rich.filesize import decimal
from rich.table import Table

from ragline_cli.plan_capacity.forecast import LevelForecast
from ragline_cli.plan_capacity.plan import CapacityPlan


def plan_tables(plan: CapacityPlan, box: Box = SIMPLE_HEAD) -> Iterator[tuple[str, Table]]:
    """Yield headings and tables: processes, what is stored, and what is paid by the month."""
    target = plan.target
    yield (
        f"{target.per_second:.4g} questions a second, 95 % within {target.p95_ms:g} ms: "
        f"{plan.cores:.1f} cores, {plan.partitions} partitions; foretold p50 {plan.p50_ms:.0f} ms, "
        f"p95 {plan.p95_ms:.0f} ms (idle {plan.p95_alone_ms:.0f} ms)",
        _parts_table(plan, box),
    )
    yield "Stored, all copies", _storage_table(plan, box)
    if target.model_seconds:
        yield "Tokens of the language model in a month", _tokens_table(plan, box)


def forecast_table(forecasts: Sequence[LevelForecast], box: Box = SIMPLE_HEAD) -> Table:
    """Return what was foretold for the loads of a report, beside what was measured."""
    table = Table(box=box)
    for heading in ("in flight", "answers/s", "p50 ms", "p95 ms"):
        table.add_column(f"{heading}, foretold/measured", justify="right")
    table.columns[0].header = "in flight"
    for each in forecasts:
        table.add_row(
            str(each.in_flight),
            f"{each.foretold_per_second:.1f}/{each.measured_per_second:.1f}",
            f"{each.foretold_p50_ms:.0f}/{each.measured_p50_ms:.0f}",
            f"{each.foretold_p95_ms:.0f}/{each.measured_p95_ms:.0f}",
        )
    return table


def _parts_table(plan: CapacityPlan, box: Box) -> Table:
    table = Table("part", box=box)
    for heading in ("replicas", "cores each", "busiest busy", "memory each"):
        table.add_column(heading, justify="right", no_wrap=True)
    for part in plan.parts:
        memory = part.memory_mib_each
        table.add_row(
            part.part,
            str(part.replicas),
            f"{part.cores_each:g}",
            f"{part.busy:.0%}",
            "" if memory is None else f"{memory:.0f} MiB",
        )
    return table


def _storage_table(plan: CapacityPlan, box: Box) -> Table:
    table = Table("what", box=box)
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("note")
    for topic, size in plan.topic_bytes.items():
        table.add_row(f"topic {topic}", decimal(round(size)), "")
    if plan.store_disk_bytes is not None:
        note = f"one copy; measured at {plan.store_measured_at:,} chunks"
        table.add_row(f"{plan.target.store} disk", decimal(round(plan.store_disk_bytes)), note)
        if plan.store_memory_bytes is not None:
            table.add_row(
                f"{plan.target.store} memory", decimal(round(plan.store_memory_bytes)), note
            )
    else:
        table.add_row(f"{plan.target.store}", "?", "not measured: `ragline eval capacity`")
    table.add_row("Redis, claims", decimal(round(plan.redis_claim_bytes)), "memory")
    table.add_row(
        "Redis, embeddings", decimal(round(plan.redis_embedding_bytes)), "memory, may evict"
    )
    table.add_row("embedding all chunks", f"{plan.embedding_core_hours:,.1f} core hours", "once")
    return table


def _tokens_table(plan: CapacityPlan, box: Box) -> Table:
    table = Table("read", "written", box=box)
    table.add_row(f"{plan.tokens_in_a_month:,.0f}", f"{plan.tokens_out_a_month:,.0f}")
    return table
