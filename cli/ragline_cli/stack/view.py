"""Shows the start of a stack: a live table on a terminal, lines elsewhere.

There is a line for each part that is ready, and regularly one with what the others wait for.
"""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterable, Iterator
from threading import Event, Thread

from rich.console import Console
from rich.live import Live
from rich.markup import escape
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
_REMIND_S = 10.0
_DOING_CHARS = 100


def parts_table(parts: Iterable[StackPart]) -> Table:
    """Return the parts with the time that each took, and what slow parts are doing."""
    table = Table.grid(padding=(0, 2))
    for part in parts:
        doing = escape(_doing(part)) if part.state is PartState.STARTING else ""
        seconds = "" if part.state is PartState.WAITING else f"{part.seconds:.1f} s"
        table.add_row(_MARKS[part.state], part.name, seconds, f"[dim]{doing}[/]")
    return table


def starting_line(parts: Iterable[StackPart]) -> str:
    """Return which parts are still starting, since how many seconds, and what they wait for."""
    starting = [part for part in parts if part.state is PartState.STARTING]
    alike: dict[str, list[str]] = {}
    for part in starting:
        alike.setdefault(_doing(part), []).append(part.name)
    told = (", ".join(names) + (f" ({doing})" if doing else "") for doing, names in alike.items())
    since = max((part.seconds for part in starting), default=0.0)
    return f"still starting after {since:.0f} s: {'; '.join(told)}" if starting else ""


def _doing(part: StackPart) -> str:
    return textwrap.shorten(part.server.activity, _DOING_CHARS, placeholder=" …")


class StartView:
    """Shows the start of one launcher on `console`.

    Args:
        console: where.
        remind_s: seconds between the lines that say what is awaited, where there is no live table.
    """

    def __init__(self, console: Console, *, remind_s: float = _REMIND_S) -> None:
        self._console = console
        self._remind_s = remind_s

    def on_change(self, part: StackPart) -> None:
        """Print a line if there is no live table to show the change."""
        if part.state is PartState.ENDED:
            self._console.print(f"[red]{part.name} ended[/]: see {part.server.log}", soft_wrap=True)
        elif not self._console.is_terminal:
            self._line(part)

    @contextlib.contextmanager
    def live(self, launcher: Launcher) -> Iterator[None]:
        """Keep a table of the parts up to date during a `with` block, or print reminders."""
        if not self._console.is_terminal:
            with self._reminding(launcher):
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

    @contextlib.contextmanager
    def _reminding(self, launcher: Launcher) -> Iterator[None]:
        over = Event()

        def remind() -> None:
            while not over.wait(self._remind_s):
                if line := starting_line(launcher.parts.values()):
                    self._console.print(line, markup=False, highlight=False, soft_wrap=True)

        reminding = Thread(target=remind, daemon=True)
        reminding.start()
        try:
            yield
        finally:
            over.set()
            reminding.join()
