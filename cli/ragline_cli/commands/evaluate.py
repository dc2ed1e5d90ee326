"""`ragline eval`: measures retrieval, intents and answers."""

from __future__ import annotations

import typer

from ragline_cli.evaluate.answers import answers
from ragline_cli.evaluate.intent import intent
from ragline_cli.evaluate.retrieval import retrieval

app = typer.Typer(
    no_args_is_help=True, help="Measure retrieval, intents and answers on labelled or own data."
)
app.command()(retrieval)
app.command()(intent)
app.command()(answers)
