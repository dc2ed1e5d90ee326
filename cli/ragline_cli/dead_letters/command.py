"""`ragline dead-letters`: inspect failed records, replay them, or drop them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from ragline.clock import utc_now
from ragline.errors import Misconfigured
from ragline_cli.connection import AsJson, Bootstrap, connection
from ragline_cli.console import ExitCode, err, out, print_json
from ragline_cli.dead_letters import options
from ragline_cli.dead_letters.filters import LetterFilters

app = typer.Typer(no_args_is_help=True, help="Dead letters: list, show, export, replay, drop.")

_ADD_EXECUTE = "This was only the plan; add --execute to carry it out."


@app.command("list")
@options.choosing
def list_(
    filters: LetterFilters,
    *,
    handled_too: options.HandledToo = False,
    limit: Annotated[int, typer.Option(min=0, help="Show this many of the newest; 0: all.")] = 200,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """List dead letters, newest last, with their counts by cause."""
    from ragline_cli.dead_letters.letter_list import list_letters
    from ragline_cli.dead_letters.view import listing_table, sums_text
    from ragline_cli.progress_bars import progress_bars

    kafka = connection(bootstrap).kafka
    with progress_bars(err, shown=not as_json) as report:
        listing = asyncio.run(
            list_letters(
                kafka, filters, handled_too=handled_too, limit=limit or None, on_progress=report
            )
        )
    if as_json:
        print_json(listing.to_json())
        return
    if listing.matched:
        out.print(listing_table(listing.summaries, states=handled_too))
    out.print(sums_text(listing), highlight=False, markup=False)


@app.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="Id, for example 1-42.")],
    *,
    payload: options.Payload = False,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Show one dead letter: headers, cause, state, and its payload redacted."""
    from ragline_cli.dead_letters.export import find_letter
    from ragline_cli.dead_letters.view import letter_view

    filters = options.choose([letter_id])
    found = asyncio.run(find_letter(connection(bootstrap).kafka, filters, payload=payload))
    if found is None:
        raise Misconfigured(
            f"there is no dead letter {letter_id}; `ragline dead-letters list` shows what there is"
        )
    if as_json:
        print_json(found)
    else:
        out.print(letter_view(found))


@app.command()
@options.choosing
def export(
    target: Annotated[str, typer.Argument(metavar="FILE", help="A new file, or - for stdout.")],
    filters: LetterFilters,
    *,
    handled_too: options.HandledToo = False,
    payload: options.Payload = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Write dead letters as JSON lines: key, value and headers, the value redacted."""
    from ragline_cli.dead_letters.export import export_letters, open_output
    from ragline_cli.progress_bars import progress_bars

    kafka = connection(bootstrap).kafka
    with open_output(target) as output, progress_bars(err) as report:
        written = asyncio.run(
            export_letters(
                kafka,
                filters,
                output,
                payload=payload,
                handled_too=handled_too,
                on_progress=report,
            )
        )
    err.print(f"{written} dead letters written", highlight=False)


@app.command()
@options.choosing
def replay(
    filters: LetterFilters,
    *,
    rate: Annotated[
        float, typer.Option(min=0.1, max=10_000, help="At most this many records per second.")
    ] = 50.0,
    deadline_s: Annotated[
        float, typer.Option(min=1, max=86_400, help="Deadline of a replayed query, in seconds.")
    ] = 60.0,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Replay at most this many, the oldest first.")
    ] = None,
    execute: options.Execute = False,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Put records back on their source topics as a new attempt; shows the plan first.

    Run it again to continue after an interruption. A replayed query gets a new answer in addition
    to the failed one. A document change is not replayed if a newer record of the document exists.
    """
    from ragline_cli.dead_letters.replay import ReplayPace
    from ragline_cli.dead_letters.replay_run import run_replay

    outcome = run_replay(
        connection(bootstrap).kafka,
        filters,
        ReplayPace(rate=rate, deadline_s=deadline_s),
        limit=limit,
        execute=execute,
        as_json=as_json,
    )
    if outcome is None and not as_json:
        out.print(_ADD_EXECUTE)
    if outcome and outcome.stopped:
        raise typer.Exit(ExitCode.FAILURE)


@app.command()
@options.choosing
def drop(
    filters: LetterFilters,
    *,
    reason: Annotated[str | None, typer.Option(help="The reason, stored with the mark.")] = None,
    execute: options.Execute = False,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Mark dead letters as dropped, so that lists and replays skip them.

    Nothing is deleted: Kafka cannot delete a single record. The topic's retention removes it later.
    """
    from ragline_cli.dead_letters.drop import execute_drop
    from ragline_cli.dead_letters.letter_list import list_letters
    from ragline_cli.dead_letters.view import listing_table, sums_text
    from ragline_cli.progress_bars import progress_bars

    kafka = connection(bootstrap).kafka
    with progress_bars(err, shown=not as_json) as report:
        listing = asyncio.run(list_letters(kafka, filters, on_progress=report))
        letters = listing.summaries
        if execute:
            asyncio.run(execute_drop(kafka, letters, reason, clock=utc_now, on_progress=report))
    if as_json:
        print_json({**listing.to_json(), "executed": execute})
        return
    out.print(listing_table(letters, states=False))
    out.print(sums_text(listing), highlight=False, markup=False)
    out.print("Dropped." if execute else _ADD_EXECUTE)
