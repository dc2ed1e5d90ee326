"""`python -m tests.fuzz`: `make fuzz` calls it."""

from __future__ import annotations

import math
import random
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from tests.patience import PATIENCE_S

from . import report
from .case import read_cases
from .cases import cases
from .run import Plan, run

_console = Console(stderr=True)


def main(
    *,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long records are sent.")] = 10.0,
    seed: Annotated[int | None, typer.Option(min=0, help="Of all records; random.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Records a second, at most.")] = 10.0,
    in_flight: Annotated[int, typer.Option(min=1, help="Records without an end, at most.")] = 60,
    patience: Annotated[
        float, typer.Option(min=1, help="Seconds in which no record may end, after the last.")
    ] = PATIENCE_S,
    replay: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Send a finding's records.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("build/reports"),
    keep: Annotated[bool, typer.Option(help="Keep data and logs.")] = False,
) -> None:
    """Send generated events and documents, good ones and damaged ones, at a running stack.

    No process may end, fail its liveness probe or take more memory than its pod has, and every
    record ends in an answer, a status or a dead letter of the right cause. What breaks this is
    written to a file that --replay sends again. Ends with code 1 when something was found, and
    with 130 after Ctrl-C, which reports what was found until then.
    """
    if replay is not None:
        given, records, seconds = None, read_cases(replay), math.inf
    else:
        given = random.randrange(10**6) if seed is None else seed
        records, seconds = cases(given, minutes=minutes), minutes * 60
        _console.log(f"seed {given}, {minutes:g} minutes")
    plan = Plan(cases=records, seconds=seconds, rate=rate, in_flight=in_flight, patience_s=patience)
    data = Path(tempfile.mkdtemp(prefix="ragline-fuzz-"))
    try:
        outcome = run(plan, data, say=lambda text: _console.log(escape(text)))
    finally:
        if keep:
            _console.print(f"data and logs: {data}")
        else:
            shutil.rmtree(data, ignore_errors=True)
    paths = report.write(outcome, folder, seed=given)
    Console().print(report.everything(outcome))
    Console().print("\n".join(f"wrote {path}" for path in paths))
    raise typer.Exit(1 if outcome.findings else 130 if outcome.interrupted else 0)


if __name__ == "__main__":
    typer.run(main)
