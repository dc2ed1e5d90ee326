"""The `ragline` command."""

from __future__ import annotations

from ragline_cli import topics
from ragline_cli.ask.command import ask
from ragline_cli.bench.command import bench
from ragline_cli.console import CommandLine
from ragline_cli.dead_letters import command as dead_letters
from ragline_cli.demo.command import demo
from ragline_cli.evaluate import command as evaluate
from ragline_cli.feedback import command as feedback
from ragline_cli.generated import asyncapi, schemas
from ragline_cli.generated.manifests import command as manifests
from ragline_cli.ingest.command import ingest
from ragline_cli.keys import command as keys
from ragline_cli.shadow.command import shadow
from ragline_cli.stack.down import down
from ragline_cli.stack.status import status
from ragline_cli.stack.up import up

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
