"""Output of all commands: one console, JSON for programs, exit codes, one-line errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import IntEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape

from ragline.errors import RaglineError, Unavailable
from ragline_cli.errors import StackNotRunning

if TYPE_CHECKING:
    from pydantic import BaseModel

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
    plain = value if isinstance(value, dict | list) else value.model_dump(mode="json")
    told = json.dumps(plain, indent=2, ensure_ascii=not _takes_all_letters(), default=str)
    typer.echo(told)


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


def _takes_all_letters() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def _replace_letters_that_cannot_be_shown() -> None:
    """Show `?` for what the terminal's encoding lacks: the answer has begun to be printed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


class CommandLine(typer.Typer):
    """A typer app whose errors become one line and an exit code, never a traceback."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command that the arguments name."""
        _replace_letters_that_cannot_be_shown()
        try:
            return super().__call__(*args, **kwargs)
        except RaglineError as error:
            report_error(error)
            sys.exit(exit_code(error))
        except OSError as error:  # for example a full disk or a folder without write permission
            report_error(error)
            sys.exit(ExitCode.FAILURE)
