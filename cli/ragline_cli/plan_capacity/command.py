"""`ragline plan-capacity`: from a load test and a target to replicas, cores, memory and disks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.errors import Misconfigured
from ragline.settings import StoreKind
from ragline_cli.connection import AsJson
from ragline_cli.console import out, print_json

if TYPE_CHECKING:
    from ragline_cli.bench.report import BenchReport

_MEASURED = Path(__file__).parent / "measured.json"


def plan_capacity(
    *,
    questions_per_second: Annotated[
        float | None, typer.Option(min=0.001, help="In the busiest minutes.")
    ] = None,
    users: Annotated[
        int | None, typer.Option(min=1, help="Instead: people who ask at the same time.")
    ] = None,
    seconds_between: Annotated[
        float, typer.Option(min=0.1, help="From a user's question to the next one.")
    ] = 30.0,
    p95_ms: Annotated[
        float, typer.Option("--p95-ms", min=1, help="Within which 95 % are answered.")
    ] = 1_000.0,
    peak_to_mean: Annotated[
        float, typer.Option(min=1, help="Busiest minutes to the mean of a month.")
    ] = 4.0,
    documents: Annotated[int, typer.Option(min=0, help="Documents.")] = 10_000,
    document_bytes: Annotated[int, typer.Option(min=0, help="Of one, in its event.")] = 20_000,
    chunks: Annotated[int, typer.Option(min=0, help="Chunks of all documents.")] = 100_000,
    store: Annotated[StoreKind, typer.Option(help="Which vector store.")] = StoreKind.PGVECTOR,
    model_seconds: Annotated[
        float, typer.Option(min=0, help="Of the language model for an answer; 0: extractive.")
    ] = 0.0,
    tokens_in: Annotated[
        int, typer.Option(min=0, help="Tokens that the model reads for a question.")
    ] = 2_500,
    tokens_out: Annotated[
        int, typer.Option(min=0, help="Tokens that the model writes for a question.")
    ] = 250,
    report: Annotated[
        Path | None,
        typer.Option(help="bench.json of `ragline bench`; default: the project's own machine."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Foretell the report's other loads instead, to compare."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a load needs: replicas, cores, memory, disks, tokens; from a load test's figures.

    Each replica is a queue with one core, which serves its own partitions (M/G/1); brokers and
    store are queues with several (M/G/k). Questions are simulated through all of them.
    """
    from ragline_cli.plan_capacity.demand import Demand
    from ragline_cli.plan_capacity.forecast import forecasts
    from ragline_cli.plan_capacity.plan import plan
    from ragline_cli.plan_capacity.view import forecast_table, plan_tables

    figures = _report(report or _MEASURED)
    if check:
        foretold = forecasts(figures)
        if as_json:
            print_json([each.model_dump() for each in foretold])
        else:
            out.print(forecast_table(foretold))
        return
    target = Demand(
        per_second=_rate(questions_per_second, users, seconds_between),
        p95_ms=p95_ms,
        peak_to_mean=peak_to_mean,
        documents=documents,
        document_bytes=document_bytes,
        chunks=chunks,
        store=store,
        model_seconds=model_seconds,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )
    found = plan(target, figures)
    if as_json:
        print_json(found)
        return
    for heading, table in plan_tables(found):
        out.print(heading)
        out.print(table)
    out.print(f"Measured on {found.measured_on}. Add what a lost zone or node must not take away.")


def _rate(per_second: float | None, users: int | None, seconds_between: float) -> float:
    if per_second is not None and users is not None:
        raise typer.BadParameter("--questions-per-second or --users, not both")
    if users is not None:
        return users / seconds_between
    return per_second if per_second is not None else 10.0


def _report(path: Path) -> BenchReport:
    from pydantic import ValidationError

    from ragline_cli.bench.report import BenchReport

    try:
        return BenchReport.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise Misconfigured(
            f"{path} is not the bench.json of `ragline bench`: {error.errors()[0]['msg']}"
        ) from error
