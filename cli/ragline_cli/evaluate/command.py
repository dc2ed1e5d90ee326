"""`ragline eval`: measures retrieval, intents and answers."""

from __future__ import annotations

import typer

from ragline_cli.evaluate.answers import answers
from ragline_cli.evaluate.capacity import capacity
from ragline_cli.evaluate.compare.command import compare
from ragline_cli.evaluate.compression import compression
from ragline_cli.evaluate.conversations import conversations
from ragline_cli.evaluate.installed import require_evaluation
from ragline_cli.evaluate.intent import intent
from ragline_cli.evaluate.refusals import refusals
from ragline_cli.evaluate.retrieval import retrieval
from ragline_cli.evaluate.validation import validation

app = typer.Typer(
    no_args_is_help=True,
    help="Measure retrieval, intents and answers, on labelled data or on your own.",
)


@app.callback()
def installed() -> None:
    """Measure retrieval, intents and answers, on labelled data or on your own."""
    require_evaluation("ragline eval")


app.command()(retrieval)
app.command()(intent)
app.command()(conversations)
app.command()(compression)
app.command()(answers)
app.command()(validation)
app.command()(refusals)
app.command()(capacity)
app.command()(compare)
