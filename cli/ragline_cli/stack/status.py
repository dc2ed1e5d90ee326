"""`ragline status`: what is running, where, and whether it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ragline_cli.console import ExitCode, out, print_json
from ragline_cli.errors import StackNotRunning
from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.services import Probed, ask_probe
from ragline_cli.stack.state import ServiceState, StackState, read_state


def status(
    as_json: Annotated[bool, typer.Option("--json", help="print every address as JSON")] = False,
) -> None:
    """Show the running stack: addresses, services, readiness. Exit code 3 when none runs."""
    state = read_state(state_folder(DEFAULT_NAME))
    if state is None:
        if as_json:
            print_json({"phase": "stopped"})
            raise typer.Exit(ExitCode.UNREACHABLE)
        raise StackNotRunning("no stack is running: start one with `ragline up`")
    report = describe(state)
    if as_json:
        print_json(report)
    else:
        _print(report)


def describe(state: StackState) -> dict[str, Any]:
    """Return the stack as `status --json` prints it, with each service's current readiness.

    Passwords are left out; the state file, which only its owner may read, has them.
    """
    names = list(state.services)
    with ThreadPoolExecutor(max(1, len(names))) as pool:
        probed = dict(zip(names, pool.map(_ask, state.services.values()), strict=True))
    services = {
        name: {**service.model_dump(mode="json"), **asdict(probed[name])}
        for name, service in state.services.items()
    }
    return {
        "stack": state.stack.value,
        "phase": state.phase.value,
        **state.addresses.shown(),
        "services": services,
        "logs": str(state.logs),
    }


def _ask(service: ServiceState) -> Probed:
    return ask_probe(service.health)


def _mark(service: Mapping[str, Any]) -> str:
    """Return the state and, if the service is degraded or not ready, the reasons."""
    told = service["degraded"] if service["ready"] else service["problems"]
    reasons = escape("; ".join(f"{name}: {reason}" for name, reason in told.items()))
    if not service["ready"]:
        return f"[red]not ready[/] {reasons}".rstrip()
    return f"[yellow]degraded[/] {reasons}" if reasons else "[green]ready[/]"


def _print(report: dict[str, Any]) -> None:
    out.print(f"{report['stack']} stack, {report['phase']}")
    table = Table("part", "address", "", box=None, pad_edge=False)
    table.add_row("kafka", report["kafka"]["bootstrap_servers"], "")
    table.add_row("vector store", report["vector_store"]["kind"], "")
    table.add_row("redis", report["redis"]["url"].removeprefix("redis://"), "")
    if (model := report["language_model"]) is not None:
        table.add_row("language model", model["url"], "")
    for name, service in report["services"].items():
        table.add_row(name, service["health"], _mark(service))
    out.print(table)
    out.print(f"console  {report['gateway']['url']}", soft_wrap=True)
    out.print(f"logs in {report['logs']}", soft_wrap=True)
