"""Shows the start of a stack: a live table on a terminal, one line per part elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.live import Live
from rich.table import Table

from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.parts import PartState, StackPart

_MARKS = {
    PartState.WAITING: "[dim]·[/]",
    PartState.STARTING: "[yellow]…[/]",
    PartState.READY: "[green]✓[/]",
    PartState.FAILED: "[red]✗[/]",
    PartState.ENDED: "[red]✗[/]",
}


def parts_table(parts: Iterable[StackPart]) -> Table:
    """Return the parts with the time that each took, and what slow parts are doing."""
    table = Table.grid(padding=(0, 2))
    for part in parts:
        doing = part.server.activity if part.state is PartState.STARTING else ""
        seconds = "" if part.state is PartState.WAITING else f"{part.seconds:.1f} s"
        table.add_row(_MARKS[part.state], part.name, seconds, f"[dim]{doing}[/]")
    return table


class StartView:
    """Shows the start of one launcher on `console`."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def on_change(self, part: StackPart) -> None:
        """Print a line if there is no live table to show the change."""
        if part.state is PartState.ENDED:
            self._console.print(f"[red]{part.name} ended[/]: see {part.server.log}", soft_wrap=True)
        elif not self._console.is_terminal:
            self._line(part)

    @contextlib.contextmanager
    def live(self, launcher: Launcher) -> Iterator[None]:
        """Keep a table of the parts up to date during a `with` block."""
        if not self._console.is_terminal:
            yield
            return
        with Live(
            get_renderable=lambda: parts_table(launcher.parts.values()),
            console=self._console,
            refresh_per_second=5,
        ):
            yield

    def _line(self, part: StackPart) -> None:
        if part.state is PartState.READY:
            self._console.print(f"{part.name} is ready ({part.seconds:.1f} s)")
        elif part.state is PartState.STARTING and part.server.activity:
            self._console.print(f"{part.name}: {part.server.activity}")
