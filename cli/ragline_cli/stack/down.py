"""`ragline down`: stop the stack."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer

from ragline_cli.console import out
from ragline_cli.stack import launcher
from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.detached import stop
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.plan import Ports, make_plan
from ragline_cli.stack.state import StackKind


def down(
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="also delete documents, answers and logs")
    ] = False,
) -> None:
    """Stop the stack, and any processes that an earlier one has left running."""
    folder = state_folder(DEFAULT_NAME)
    stopped = stop(folder)
    out.print(f"stopped the {stopped.stack} stack" if stopped else "no stack is running")
    if delete_data:
        for kind in StackKind:
            launcher.delete_data(make_plan(kind, folder, Ports()))
        shutil.rmtree(folder, ignore_errors=True)
        out.print(f"deleted {folder}", soft_wrap=True)
