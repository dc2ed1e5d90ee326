"""`ragline llm`: fetch a chat model for this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from ragline_cli.console import out
from ragline_cli.errors import StackError
from ragline_cli.stack.chat_models import ChatModelSize, chat_model, megabytes
from ragline_cli.stack.state import StackState

WithModel = Annotated[
    bool, typer.Option("--llm", help="a chat model on this machine writes the answers")
]
ModelSize = Annotated[ChatModelSize, typer.Option(help="which one: the larger one is slower")]


def llm(
    size: Annotated[
        ChatModelSize, typer.Option("--model", help="how large; the larger one is slower")
    ] = ChatModelSize.SMALL,
) -> None:
    """Fetch a small chat model for `ragline demo --llm` and `ragline up --llm`."""
    from ragline_cli.stack.chat_model_file import fetch

    model = chat_model(size)
    if not model.path.is_file():
        out.print(f"{model.title} has {megabytes(model.size)}, and needs twice that meanwhile")
        fetch(model, tell=lambda line: out.print(line, highlight=False))
    out.print(f"{model.title} is {model.path}", soft_wrap=True, highlight=False)


def require_model(state: StackState) -> None:
    """Raise a `StackError` if the running stack was started without a chat model."""
    if state.addresses.language_model is None:
        raise StackError(
            "the stack that runs has no language model: stop it with `ragline down`, and start it "
            "with `ragline up --llm`"
        )
