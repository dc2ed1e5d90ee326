"""Options shared by the evaluations."""

from __future__ import annotations

from typing import Annotated

import typer

from ragline.contracts.bounds import HOPS
from ragline_cli.stack.state import StackKind

Split = Annotated[str, typer.Option(help="Which qrels.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Use only the first N questions.")]
Stack = Annotated[
    StackKind | None,
    typer.Option(help="Start this store, even if another one runs: PostgreSQL or Weaviate."),
]
Hops = Annotated[
    int | None,
    typer.Option(
        min=0, max=HOPS, help="Further looks for a question at most; default: as in each plan."
    ),
]
