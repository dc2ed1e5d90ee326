"""`ragline topics`: shows the topic registry, and creates its topics on a cluster."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.contracts.topics import CONSUMERS, TOPICS, Topic
from ragline_cli.connection import AsJson, Bootstrap, connection
from ragline_cli.console import err, out, print_json

if TYPE_CHECKING:
    from rich.table import Table

    from ragline_cli.kafka.topic_plan import TopicChange, TopicPlan

app = typer.Typer(no_args_is_help=True, help="Topics: what they are, and creating them.")

_DAY_MS = 86_400_000


@app.command()
def show(as_json: AsJson = False) -> None:
    """Show the topic registry: what each topic carries, who writes and reads it."""
    if as_json:
        print_json([_description(topic) for topic in TOPICS])
    else:
        out.print(_registry(TOPICS))


@app.command()
def apply(
    bootstrap: Bootstrap = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the plan.")] = False,
    replication: Annotated[
        int | None,
        typer.Option(min=1, help="Replicas of new topics; default: 3, or the number of brokers."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create missing topics and grow small ones; never shrink or delete. Shows the plan first."""
    from ragline_cli.kafka.topics import apply_topics

    kafka = connection(bootstrap).kafka
    plan = asyncio.run(apply_topics(kafka, replication=replication, dry_run=True))
    if as_json:
        print_json(plan)
    else:
        _print_plan(plan)
    if dry_run or plan.empty:
        return
    asyncio.run(apply_topics(kafka, replication=plan.replication))
    if not as_json:
        out.print("Applied.")


def _description(topic: Topic) -> dict[str, object]:
    return {
        "name": topic.name,
        "event": topic.event.ce_type if topic.event else None,
        "key": topic.key,
        "producers": list(topic.producers),
        "consumers": list(topic.readers),
        "partitions": topic.partitions,
        "delay_s": topic.delay_s,
        "config": topic.config,
    }


def _registry(topics: tuple[Topic, ...]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("topic", "event", "from", "to", "parts", "kept"):
        table.add_column(heading, no_wrap=True)
    for topic in topics:
        event = topic.event.__name__ if topic.event else "raw record"
        producers = "any" if topic.producers == CONSUMERS else "\n".join(topic.producers)
        consumers, partitions = "\n".join(topic.readers), str(topic.partitions)
        table.add_row(topic.name, event, producers, consumers, partitions, _kept(topic))
    return table


def _kept(topic: Topic) -> str:
    days = f"{topic.retention_ms // _DAY_MS} d"
    return "\n".join(days if policy == "delete" else policy for policy in topic.cleanup.split(","))


def _print_plan(plan: TopicPlan) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("topic", "action", "partitions", "settings", box=SIMPLE_HEAD)
    for change in plan.changes:
        table.add_row(change.topic, change.action, _partitions(change), _settings(change))
    out.print(table)
    for warning in plan.warnings:
        err.print(f"[yellow]warning:[/] {warning}", soft_wrap=True)
    if plan.empty:
        out.print("Nothing to do.")
    elif any(change.action == "create" for change in plan.changes):
        out.print(f"New topics get {plan.replication} replica(s).")


def _partitions(change: TopicChange) -> str:
    return f"{change.current} -> {change.partitions}" if change.grows else str(change.partitions)


def _settings(change: TopicChange) -> str:
    if change.action == "create":
        return ""
    return ", ".join(f"{s.name} {s.current} -> {s.wanted}" for s in change.settings)
