"""`ragline erase`: remove a document or a tenant everywhere, and prove it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ragline.clock import utc_now
from ragline.contracts.base import DEFAULT_TENANT
from ragline.errors import Misconfigured
from ragline_cli.connection import AsJson, Bootstrap, Tenant
from ragline_cli.console import ExitCode, err, out, print_json

_ADD_EXECUTE = "This was only the plan; add --execute to carry it out."


def erase(
    *,
    tenant: Tenant = DEFAULT_TENANT,
    document: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Which document; may be repeated.")
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="All that the tenant has, instead of documents.")
    ] = False,
    execute: Annotated[
        bool, typer.Option("--execute", help="Remove it; without this, only show what there is.")
    ] = False,
    wait_s: Annotated[
        float,
        typer.Option(min=0, help="Wait so long for the ingestor, and for compaction, in seconds."),
    ] = 60.0,
    receipt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the receipt goes; a repetition adds to it."),
    ] = None,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Remove a document or a tenant everywhere, with a receipt; shows the plan first.

    Reads every topic once before, and once more afterwards. The receipt says what was found where,
    what was removed, and what remains until when. Interrupted or incomplete: run it again.
    """
    from ragline_cli.erase.erasure import Erasure
    from ragline_cli.erase.receipt import ErasureRun, read_receipt, receipt_name, write_receipt
    from ragline_cli.erase.subject import Subject
    from ragline_cli.erase.view import run_table
    from ragline_cli.progress_bars import progress_bars
    from ragline_cli.stack.operator_settings import operator_settings

    if bool(document) == all_:
        raise Misconfigured("say what to erase: --document ID (may be repeated), or --all")
    subject = Subject(tenant=tenant, documents=None if all_ else frozenset(document or ()))
    settings = operator_settings(bootstrap)
    path = receipt or Path(receipt_name(subject))
    earlier = read_receipt(path, subject) if execute else None
    with progress_bars(err, shown=not as_json) as report:
        erasure = Erasure(settings, subject, clock=utc_now, on_progress=report)
        if earlier is None:
            run = asyncio.run(erasure.plan())
        else:

            def keep(each: ErasureRun) -> None:
                write_receipt(path, earlier.with_run(each))

            run = asyncio.run(erasure.execute(keep, wait_s=wait_s))
    if as_json:
        print_json(run)
    else:
        out.print(run_table(run))
        out.print(f"The receipt is {path}." if execute else _ADD_EXECUTE, highlight=False)
    if execute and not run.complete:
        err.print("Not all is removed yet: run the same command again.")
        raise typer.Exit(ExitCode.FAILURE)
