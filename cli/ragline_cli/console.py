"""Output of all commands: one console, JSON for programs, exit codes, one-line errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape

from ragline.errors import RaglineError, Unavailable
from ragline_cli.errors import StackNotRunning

out = Console()
err = Console(stderr=True)


class ExitCode(IntEnum):
    """The meaning of a command's exit code; click itself uses 2 for a wrong command line."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    UNREACHABLE = 3


def print_json(value: BaseModel | dict[str, Any] | list[Any]) -> None:
    """Print `value` as one indented JSON document on standard output."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    typer.echo(json.dumps(plain, indent=2, ensure_ascii=False, default=str))


def print_report(markdown: str, written: Sequence[Path]) -> None:
    """Print a report for people, and the files in which it was written."""
    from rich.markdown import Markdown

    out.print(Markdown(markdown))
    out.print("\n".join(f"wrote {path}" for path in written))


def exit_code(error: RaglineError) -> ExitCode:
    """Return the exit code for `error`."""
    unreachable = isinstance(error, StackNotRunning | Unavailable)
    return ExitCode.UNREACHABLE if unreachable else ExitCode.FAILURE


def report_error(error: RaglineError | OSError) -> None:
    """Print what went wrong, and what to do, on standard error."""
    err.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)


class CommandLine(typer.Typer):
    """A typer app whose errors become one line and an exit code, never a traceback."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command that the arguments name."""
        try:
            return super().__call__(*args, **kwargs)
        except RaglineError as error:
            report_error(error)
            sys.exit(exit_code(error))
        except OSError as error:  # for example a full disk or a folder without write permission
            report_error(error)
            sys.exit(ExitCode.FAILURE)
