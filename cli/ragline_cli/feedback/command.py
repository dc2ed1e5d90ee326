"""`ragline feedback`: user feedback as a list and as an evaluation set."""

from __future__ import annotations

import asyncio
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ragline.clock import utc_now
from ragline.errors import Misconfigured
from ragline_cli.connection import AsJson, Bootstrap, connection
from ragline_cli.console import err, out, print_json
from ragline_cli.feedback.period import Period, day_of, make_period

app = typer.Typer(no_args_is_help=True, help="Feedback: list it, export evaluation sets from it.")

_SPLIT = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")

Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Given at or after: ISO 8601 (UTC), or 30m, 2h, 7d ago."),
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Given before; as --since.")]
TenantName = Annotated[str | None, typer.Option("--tenant", help="Whose feedback.")]


class RatingName(StrEnum):
    """A rating as an option."""

    UP = "up"
    DOWN = "down"


@app.command("list")
def list_(
    *,
    since: Since = None,
    until: Until = None,
    tenant: TenantName = None,
    rating: Annotated[RatingName | None, typer.Option(help="Only these.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Show this many of the newest; 0: all.")] = 200,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """List feedback, newest last, with the question that it refers to."""
    from ragline_cli.feedback.feedback_list import FeedbackFilters, list_feedback
    from ragline_cli.feedback.view import listing_table, sums_text
    from ragline_cli.progress_bars import progress_bars

    filters = FeedbackFilters(
        period=_period(None, since, until),
        tenant=tenant,
        up=None if rating is None else rating is RatingName.UP,
    )
    kafka = connection(bootstrap).kafka
    with progress_bars(err, shown=not as_json) as report:
        listing = asyncio.run(
            list_feedback(kafka, filters, limit=limit or None, on_progress=report)
        )
    if as_json:
        print_json(listing.to_json())
        return
    if listing.ratings:
        out.print(listing_table(listing))
    out.print(sums_text(listing), highlight=False, markup=False)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
    *,
    day: Annotated[
        str | None, typer.Option(metavar="DATE", help="A day in UTC; else yesterday.")
    ] = None,
    since: Since = None,
    until: Until = None,
    tenant: TenantName = None,
    split: Annotated[str, typer.Option(help="Which qrels to write.")] = "dev",
    include_restricted: Annotated[
        bool,
        typer.Option("--include-restricted", help="Include documents that are limited to groups."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an export in DIR.")] = False,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Write an evaluation set that `ragline eval --data DIR` reads, from a day's feedback.

    A rated citation judges its document (up: 2, down: 0); a good answer judges the documents that
    it cites (1). Bad answers are in rejected.jsonl. The corpus is what is on `documents` now. For
    documents that are binary or given by URI the text is their cited quotes; without quotes they
    are left out.
    """
    from ragline_cli.feedback.export import ExportRequest, export_feedback
    from ragline_cli.feedback.view import counts_table, outcome_text
    from ragline_cli.progress_bars import progress_bars

    if not _SPLIT.match(split):
        raise typer.BadParameter(f"{split!r} is no name for a split; write dev or test")
    period = _period(day, since, until) if since or until else _day(day)
    request = ExportRequest(
        target=folder,
        period=period,
        tenant=tenant,
        split=split,
        include_restricted=include_restricted,
        force=force,
    )
    kafka = connection(bootstrap).kafka
    with progress_bars(err, shown=not as_json) as report:
        exported = asyncio.run(export_feedback(kafka, request, on_progress=report))
    if as_json:
        print_json(exported.to_json())
        return
    if exported.folder:
        out.print(counts_table(exported.counts))
    out.print(outcome_text(exported), highlight=False, markup=False, soft_wrap=True)


def _period(day: str | None, since: str | None, until: str | None) -> Period:
    if day:
        raise typer.BadParameter("give --day, or --since and --until")
    try:
        return make_period(since=since, until=until, now=utc_now())
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error


def _day(day: str | None) -> Period:
    try:
        return day_of(day, utc_now())
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error
