"""The `ragline` command."""

from __future__ import annotations

from ragline_cli.commands import (
    asyncapi,
    dead_letters,
    evaluate,
    feedback,
    keys,
    manifests,
    schemas,
    topics,
)
from ragline_cli.commands.ask import ask
from ragline_cli.commands.bench import bench
from ragline_cli.commands.demo import demo
from ragline_cli.commands.down import down
from ragline_cli.commands.ingest import ingest
from ragline_cli.commands.shadow import shadow
from ragline_cli.commands.status import status
from ragline_cli.commands.up import up
from ragline_cli.console import CommandLine

app = CommandLine(
    help="Ragline: production retrieval-augmented generation as an event stream.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (demo, up, down, status, ingest, ask, bench, shadow):
    app.command()(command)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(feedback.app, name="feedback")
app.add_typer(keys.app, name="keys")
app.add_typer(evaluate.app, name="eval")
app.add_typer(schemas.app, name="schemas")
app.add_typer(asyncapi.app, name="asyncapi")
app.add_typer(manifests.app, name="manifests")

if __name__ == "__main__":
    app()
