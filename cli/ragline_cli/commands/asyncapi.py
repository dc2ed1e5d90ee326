"""`ragline asyncapi`: the AsyncAPI 3 document of the services that consume."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ragline_cli import asyncapi
from ragline_cli.console import ExitCode, err, out

app = typer.Typer(
    no_args_is_help=True, help="The AsyncAPI 3 document of the services that consume."
)

File = Annotated[Path, typer.Option(help="Where the document is.", dir_okay=False)]


@app.command()
def show() -> None:
    """Print the document."""
    typer.echo(asyncapi.render(), nl=False)


@app.command()
def write(file: File = asyncapi.FILE) -> None:
    """Write the document."""
    file.write_text(asyncapi.render())
    out.print(f"wrote {file}")


@app.command()
def check(file: File = asyncapi.FILE) -> None:
    """Fail when the committed document differs from the applications."""
    if not file.exists() or file.read_text() != asyncapi.render():
        err.print(f"{file} is stale; run `ragline asyncapi write`")
        raise typer.Exit(ExitCode.FAILURE)
    out.print(f"{file} is up to date.")
