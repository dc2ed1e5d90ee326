"""A shadow's progress on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import fmean

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ragline.clock import Monotonic
from ragline_cli.shadow.options import ShadowOptions
from ragline_cli.shadow.run import State
from ragline_cli.terminal import printable

_PER_SECOND = 2
_OPENING = "loading models and opening the store"


@contextmanager
def progress(
    console: Console,
    options: ShadowOptions,
    state: State,
    *,
    clock: Monotonic,
    shown: bool,
) -> Iterator[None]:
    """Show the state until the block ends."""
    if not shown:
        yield
        return
    started = clock()

    def picture() -> RenderableType:
        return picture_of(options, state, seconds=clock() - started)

    with Live(
        console=console, get_renderable=picture, refresh_per_second=_PER_SECOND, transient=True
    ):
        yield


def picture_of(options: ShadowOptions, state: State, *, seconds: float) -> RenderableType:
    """Return a rendering of the current state."""
    parts: list[RenderableType] = [Text(_headline(options, state, seconds), style="bold")]
    if state.stages is not None and state.stages.problem is not None:
        problem = printable(str(state.stages.problem))
        parts.append(Text(f"the second configuration is not open: {problem}", style="yellow"))
    if state.runs is not None:
        table = Table.grid(padding=(0, 2))
        for name, value in _rows(state):
            table.add_row(name, value)
        parts.append(table)
    return Group(*parts)


def _headline(options: ShadowOptions, state: State, seconds: float) -> str:
    doing = f"{options.share:.0%} of the live questions"
    if state.runs is None:
        doing = _OPENING
    elif state.stopping:
        doing = "stopping; Ctrl-C again gives up what is under way"
    return f"shadow {options.name}: {doing}, {seconds:,.0f} s"


def _rows(state: State) -> Iterator[tuple[str, str]]:
    counts, tally = state.counts, state.tally
    yield "pairs", f"{counts.pairs:,}"
    yield "under way", f"{state.runs.under_way if state.runs else 0:,}"
    yield "no live answer", f"{counts.unpaired:,}"
    yield "skipped: behind", f"{counts.skipped_behind:,}"
    yield "poison", f"{counts.poison_queries + counts.poison_answers:,}"
    changed = sum(n for (live, shadow), n in tally.statuses.items() if live != shadow)
    yield "another status", f"{changed:,}"
    if tally.overlap:
        yield "overlap of documents", f"{fmean(tally.overlap):.3f}"
    for code, failures in tally.failures.items():
        yield f"error {code}", f"{failures.count:,}"
