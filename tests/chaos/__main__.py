"""`python -m tests.chaos`: the whole run; `make chaos` calls it."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from . import report
from .faults import catalogue, select
from .run import Script, run

_SPACING_S = 17.0


def main(
    *,
    seed: Annotated[int | None, typer.Option(help="Of the order and the load; random.")] = None,
    queries: Annotated[int, typer.Option(min=1, help="At least so many.")] = 5_000,
    changes: Annotated[int, typer.Option(min=1, help="At least so many.")] = 2_000,
    rate: Annotated[float, typer.Option(min=0.1, help="Queries a second.")] = 5.0,
    faults: Annotated[
        str | None, typer.Option(help="Parts of the names of faults, comma-separated; all.")
    ] = None,
    spacing: Annotated[float, typer.Option(min=1, help="Seconds after each fault.")] = _SPACING_S,
    names: Annotated[bool, typer.Option("--list", help="Only list the faults.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("build/reports"),
    keep: Annotated[bool, typer.Option(help="Keep data and logs.")] = False,
) -> None:
    """Run steady load against real Kafka, Weaviate and Redis while everything fails in turn.

    Ends with code 1 when a promise is broken.
    """
    console = Console(stderr=True)
    if names:
        console.print("\n".join(fault.name for fault in catalogue()))
        return
    try:
        chosen = select(faults)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    script = Script(
        seed=random.randrange(10**6) if seed is None else seed,
        queries=queries,
        changes=changes,
        faults=chosen,
        spacing_s=spacing,
        queries_per_s=rate,
        changes_per_s=rate * changes / queries,
    )
    data = Path(tempfile.mkdtemp(prefix="ragline-chaos-"))
    try:
        outcome = run(script, data, say=console.log)
    finally:
        if keep:
            console.print(f"data and logs: {data}")
        else:
            shutil.rmtree(data, ignore_errors=True)
    paths = report.write(outcome, folder)
    Console().print(report.everything(outcome))
    Console().print("\n".join(f"wrote {path}" for path in paths))
    raise typer.Exit(1 if outcome.findings.broken else 0)


if __name__ == "__main__":
    typer.run(main)
