"""`ragline schemas`: the JSON Schemas of all events."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ragline.contracts import jsonschema
from ragline.errors import Misconfigured
from ragline_cli.connection import AsJson
from ragline_cli.console import ExitCode, err, out, print_json

app = typer.Typer(no_args_is_help=True, help="JSON Schemas of all events.")

Folder = Annotated[Path, typer.Option(help="Where the schema files are.", file_okay=False)]


@app.command()
def show(
    ce_type: Annotated[
        str | None, typer.Argument(help="Event type; without it, all are listed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the JSON Schema of an event, or list all events."""
    made = jsonschema.schemas()
    if ce_type is None:
        print_json(made) if as_json else out.print("\n".join(made), highlight=False)
        return
    if ce_type not in made:
        raise Misconfigured(f"no event {ce_type!r}; there are: {', '.join(made)}")
    print_json(made[ce_type])


@app.command()
def write(
    folder: Folder = jsonschema.FOLDER,
    allow_breaking: Annotated[
        bool,
        typer.Option(
            "--allow-breaking",
            help="Allow incompatible changes; only before the event is in use, or to close a hole.",
        ),
    ] = False,
) -> None:
    """Write the files of changed events; an incompatible change is refused."""
    comparison = jsonschema.compare(jsonschema.schemas(), jsonschema.committed(folder))
    if comparison.breaking and not allow_breaking:
        _print_breaking(comparison)
        raise typer.Exit(ExitCode.FAILURE)
    paths = jsonschema.write((*comparison.stale, *comparison.breaking), folder)
    for path in paths:
        out.print(f"wrote {path.name}")
    if not paths:
        out.print("All schema files are up to date.")


@app.command()
def check(folder: Folder = jsonschema.FOLDER) -> None:
    """Fail when the models differ from the committed files; name every incompatible change."""
    comparison = jsonschema.compare(jsonschema.schemas(), jsonschema.committed(folder))
    _print_breaking(comparison)
    for ce_type in comparison.stale:
        err.print(f"{ce_type}: the file is stale; run `ragline schemas write`")
    for ce_type in comparison.orphans:
        err.print(f"{ce_type}: file without an event; do not remove events that are in use")
    if not comparison.up_to_date:
        raise typer.Exit(ExitCode.FAILURE)
    out.print(f"{len(jsonschema.event_types())} schema files are up to date.")


def _print_breaking(comparison: jsonschema.Comparison) -> None:
    for ce_type, changes in comparison.breaking.items():
        err.print(f"[red]{ce_type}: incompatible; make a new version of the event instead[/]")
        for change in changes:
            err.print(f"  {change}", markup=False, soft_wrap=True)
