"""Where the time from the command to the first answer went."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psutil
from rich.box import SIMPLE_HEAD
from rich.table import Table

from ragline_cli.stack.parts import StackPart

LOADING = "loading the command"
STARTING = "stack and services (all at the same time)"
INGESTING = "ingesting what the first question waits for"
ANSWERING = "first answer"


class Timeline:
    """The first span of each name, in seconds since the start of this process."""

    def __init__(self) -> None:
        age = time.time() - psutil.Process().create_time()
        self._zero = time.monotonic() - age
        self.spans: dict[str, float] = {LOADING: age}

    @property
    def elapsed(self) -> float:
        """Seconds since the process started."""
        return time.monotonic() - self._zero

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Measure a `with` block."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.spans.setdefault(name, time.monotonic() - began)


def timeline_table(timeline: Timeline, parts: Iterable[StackPart], total_s: float) -> Table:
    """Return the spans, with the parts of the start below it, and the total."""
    table = Table("from the command to the first answer", box=SIMPLE_HEAD)
    table.add_column("seconds", justify="right")
    for name, seconds in timeline.spans.items():
        table.add_row(name, f"{seconds:.1f}")
        if name == STARTING:
            for part in parts:
                table.add_row(f"  {part.name}", f"{part.seconds:.1f}", style="dim")
    table.add_row("total", f"{total_s:.1f}", style="bold")
    return table
