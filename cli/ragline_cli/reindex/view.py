"""Indexes as people and programs see them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console, Group
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from ragline_cli.console import out, print_json
from ragline_cli.reindex.differences import IndexComparison, told
from ragline_cli.reindex.fill import Fill
from ragline_cli.reindex.gates import GateState
from ragline_cli.reindex.reindex import IndexStatus, Reindex, Status, Turned

_LOOK_S = 0.5
_NOBODY_S = 30.0


async def watched(reindex: Reindex, console: Console) -> Status:
    """Show a bar for each index until each was filled once, and return the last look.

    It also ends when nobody has filled what is left for half a minute.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        tasks: dict[str, Any] = {}
        filled: set[str] = set()
        attended = time.monotonic()
        while True:
            status = await reindex.status(failures=False)
            for each in status.each:
                name, fill = each.index.name, each.fill
                if name not in tasks:
                    tasks[name] = progress.add_task(name, total=None, told="")
                progress.update(
                    tasks[name],
                    total=max(1, fill.all),
                    completed=fill.done if fill.all else 1,
                    told=_rate(fill),
                )
            filled |= {each.index.name for each in status.each if not each.fill.lag}
            left = [each for each in status.each if each.index.name not in filled]
            if any(each.fill.ingestors for each in left):
                attended = time.monotonic()
            if not left or time.monotonic() - attended > _NOBODY_S:
                return await reindex.status()
            await asyncio.sleep(_LOOK_S)


def status_json(status: Status) -> dict[str, Any]:
    """Return the state as `status --json` prints it."""
    known = status.indexes
    return {
        "live": known.live,
        "live_since": known.live_since,
        "previous": known.previous,
        "opening": known.opening,
        "dropping": known.dropping,
        "indexes": [_index_json(each) for each in status.each],
        "processes": None
        if status.uses is None
        else [use.model_dump(mode="json") for use in status.uses],
    }


def _index_json(each: IndexStatus) -> dict[str, Any]:
    fill = each.fill
    return {
        "name": each.index.name,
        "settings": each.index.settings,
        "made_at": each.index.made_at,
        "ingestors": fill.ingestors,
        "done": fill.done,
        "all": fill.all,
        "lag": fill.lag,
        "per_second": fill.per_second,
        "seconds_left": fill.seconds_left,
        "topics": [
            {"topic": topic.topic, "done": topic.done, "all": topic.all, "lag": topic.lag}
            for topic in fill.topics
        ],
        "failures": {"causes": each.failures.causes, "examples": list(each.failures.examples)},
    }


def status_view(status: Status) -> Group:
    """Return the state for people."""
    known = status.indexes
    table = Table("index", "", "filled", "lag", "", "ingestors", "failed", box=None, pad_edge=False)
    for each in status.each:
        name = each.index.name
        fill = each.fill
        table.add_row(
            name,
            _state(status, name),
            f"{fill.done:,} of {fill.all:,}",
            f"{fill.lag:,}",
            _rate(fill),
            str(fill.ingestors),
            str(sum(each.failures.causes.values())),
        )
    parts: list[Any] = [table]
    for each in status.each:
        parts += [
            f"  {each.index.name}: {setting}={value}"
            for setting, value in sorted(each.index.settings.items())
        ]
        parts += [f"  {each.index.name} failed: {example}" for example in each.failures.examples]
    if known.dropping:
        parts.append(f"{known.dropping} is being dropped: run `ragline reindex drop` again")
    for use in status.uses or ():
        problem = f": {use.problem}" if use.problem else ""
        parts.append(
            f"{use.service} {use.instance} answers from {use.answers}, "
            f"has {', '.join(use.opened)} open{problem}"
        )
    if status.uses is None:
        parts.append("what processes have open is not known without Redis")
    return Group(*parts)


def check_json(name: str, states: Sequence[GateState], compared: IndexComparison) -> dict[str, Any]:
    """Return what was found as `check --json` prints it."""
    return {
        "index": name,
        "gates": [asdict(each) for each in states],
        "tenants": {
            tenant: {"live": one, "new": other}
            for tenant, (one, other) in compared.documents.items()
        },
        "differences": [told(key, pair) for key, pair in compared.differences.items()],
    }


def print_turned(turned: Turned, *, as_json: bool) -> None:
    """Print what came of a flip; exit code 1 if a process has not turned."""
    live = turned.indexes.live
    if as_json:
        print_json({"live": live, "seconds": turned.seconds, "late": list(turned.late)})
    elif turned.seconds is None:
        out.print(f"index {live} answers already")
    else:
        out.print(f"index {live} answers; all processes turned to it in {turned.seconds:.2f} s")
    if turned.late:
        if not as_json:
            out.print(f"not yet: {', '.join(turned.late)}", soft_wrap=True)
        raise typer.Exit(1)


def _state(status: Status, name: str) -> str:
    known = status.indexes
    states = {
        known.dropping: "being dropped",
        known.previous: "answered before",
        known.opening: "being opened",
        known.live: "live",
    }
    return states.get(name, "")


def _rate(fill: Fill) -> str:
    if not fill.lag:
        return "all done"
    if not fill.ingestors:
        return "no ingestor runs"
    if not fill.per_second or fill.seconds_left is None:
        return "waiting"
    return f"{fill.per_second:.0f}/s, {fill.seconds_left:.0f} s left"
