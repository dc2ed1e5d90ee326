"""`ragline eval`: measures retrieval, intents and everything about answers."""

from __future__ import annotations

from importlib.util import find_spec

import typer

from ragline.errors import Misconfigured
from ragline_cli.evaluate.answers import answers
from ragline_cli.evaluate.compression import compression
from ragline_cli.evaluate.intent import intent
from ragline_cli.evaluate.refusals import refusals
from ragline_cli.evaluate.retrieval import retrieval
from ragline_cli.evaluate.validation import validation

app = typer.Typer(
    no_args_is_help=True,
    help="Measure retrieval, intents, and all that makes answers, on labelled or own data.",
)


@app.callback()
def installed() -> None:
    """Measure retrieval, intents, and all that makes answers, on labelled or own data."""
    if find_spec("ragline_evaluation") is None:
        raise Misconfigured(
            "`ragline eval` runs the services' own code in this process: install the package "
            "ragline-evaluation (`make setup` in a checkout does)"
        )


app.command()(retrieval)
app.command()(intent)
app.command()(compression)
app.command()(answers)
app.command()(validation)
app.command()(refusals)
