"""`python -m tests.chaos`: `make chaos` and `make chaos-nightly` call it."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ragline_cli.errors import StackError

from . import nightly, report
from .faults.catalogue import PREVIOUS, by_layout, catalogue, select
from .layouts import STANDARD, Layout
from .nightly import Round
from .run import Script, run

_SPACING_S = 17.0
_console = Console(stderr=True)


def main(
    *,
    seed: Annotated[int | None, typer.Option(help="Of the order and the load; random.")] = None,
    queries: Annotated[int, typer.Option(min=1, help="At least so many, standard layout.")] = 5_000,
    changes: Annotated[int, typer.Option(min=1, help="At least so many, standard layout.")] = 2_000,
    rate: Annotated[float, typer.Option(min=0.1, help="Queries a second.")] = 5.0,
    faults: Annotated[
        str | None,
        typer.Option(help="Parts of names, comma-separated; those of the standard layout."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="The faults of all layouts.")] = False,
    previous: Annotated[
        str, typer.Option(help="Commit that mixed versions are mixed with.")
    ] = PREVIOUS,
    spacing: Annotated[float, typer.Option(min=1, help="Seconds after each fault.")] = _SPACING_S,
    names: Annotated[bool, typer.Option("--list", help="Only list the faults.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("build/reports"),
    keep: Annotated[bool, typer.Option(help="Keep data and logs.")] = False,
) -> None:
    """Run steady load against real servers while everything fails in turn.

    Faults that need another layout of servers run in a round of their own. Ends with code 1 when a
    promise is broken.
    """
    if names:
        _print_names(previous)
        return
    try:
        chosen = select(faults, previous=previous)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if not faults and not every:
        chosen = [fault for fault in chosen if fault.layout is STANDARD]
    rounds: list[Round] = []
    for layout, own in by_layout(chosen).values():
        standard = layout is STANDARD
        script = Script(
            seed=random.randrange(10**6) if seed is None else seed,
            queries=queries if standard else 1,
            changes=changes if standard else 1,
            faults=own,
            spacing_s=spacing,
            queries_per_s=rate,
            changes_per_s=rate * changes / queries,
            layout=layout,
        )
        rounds.append(_round(layout, script, keep=keep))
        _report(rounds, folder, alone=len(by_layout(chosen)) == 1)
    raise typer.Exit(1 if any(each.broken for each in rounds) else 0)


def _print_names(previous: str) -> None:
    for layout, faults in by_layout(catalogue(previous)).values():
        for fault in faults:
            why = fault.lacking()
            skipped = f" (cannot happen here: {why})" if why else ""
            line = f"{layout.name:14} {fault.name:36} {fault.about}{skipped}"
            _console.print(escape(line), highlight=False, soft_wrap=True)


def _round(layout: Layout, script: Script, *, keep: bool) -> Round:
    able, unable = nightly.split(script.faults)
    for fault, why in unable:
        _console.log(f"skipped: {fault.name}: {why}")
    if not able:
        return Round(layout=layout, faults=script.faults, outcome=None, skipped=unable)
    data = Path(tempfile.mkdtemp(prefix="ragline-chaos-"))
    outcome, ended = None, None
    try:
        outcome = run(replace(script, faults=able), data, say=_console.log)
    except StackError as error:
        ended = str(error)
        _console.log(f"ended early: {ended}")
    finally:
        if keep:
            _console.print(f"data and logs: {data}")
        else:
            shutil.rmtree(data, ignore_errors=True)
    return Round(layout=layout, faults=able, outcome=outcome, skipped=unable, ended=ended)


def _report(rounds: Sequence[Round], folder: Path, *, alone: bool) -> None:
    """Write what the last round found and, if there are several, the report over all so far."""
    last, paths = rounds[-1], []
    if last.outcome is not None:
        name = "chaos" if alone else f"chaos-{last.layout.name.replace(' ', '-')}"
        paths = report.write(last.outcome, folder, name=name)
        Console().print(report.everything(last.outcome))
    if not alone:
        paths.append(nightly.write(rounds, folder))
    Console().print("\n".join(f"wrote {path}" for path in paths))


if __name__ == "__main__":
    typer.run(main)
