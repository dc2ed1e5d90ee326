"""Commands whose modules are imported when they are used.

The modules of all commands together take longer to import than most commands take to run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


@dataclass(frozen=True, slots=True)
class LateCommand:
    """A command as the list of all shows it.

    Args:
        name: what the user types.
        module: where it is, below `ragline_cli`; its attribute is a function of the command's name
            (with underscores) or, for a command with commands of its own, `app`.
        summary: the first sentence of its help.
    """

    name: str
    module: str
    summary: str

    def load(self) -> Any:
        """Import the command and return it as click's."""
        module = import_module(f"ragline_cli.{self.module}")
        if isinstance(app := getattr(module, "app", None), typer.Typer):
            group = get_group(app)
            group.name = self.name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(getattr(module, self.name.replace("-", "_")))
        return get_command(alone)


class LateGroup(TyperGroup):
    """Commands that are listed without being imported."""

    late: ClassVar[Sequence[LateCommand]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for each in self.late:
            self.add_command(TyperCommand(each.name, help=each.summary))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the imported command and the remaining arguments."""
        name, listed, rest = super().resolve_command(ctx, args)
        found = next((each.load() for each in self.late if each.name == name), listed)
        return name, found, rest
