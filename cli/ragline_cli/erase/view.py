"""An erasure on a terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ragline_cli.erase.receipt import ErasureRun, KeptPlace


def run_table(run: ErasureRun) -> Table:
    """Return the places that hold something, or that need something."""
    executed = run.finished_at is not None
    last = ("removed", "remains") if executed else ("partitions",)
    table = Table("place", "found", *last, "until", "why", box=SIMPLE_HEAD)
    for place in run.places:
        if place.found or place.remains or place.open:
            cells = [place.place, str(place.found), *_counts(place, executed=executed)]
            table.add_row(*map(Text, (*cells, _until(place), place.why)))
    return table


def _counts(place: KeptPlace, *, executed: bool) -> tuple[str, ...]:
    if executed:
        return str(place.removed), str(place.remains or 0)
    return (", ".join(map(str, place.partitions)),)


def _until(place: KeptPlace) -> str:
    if place.until is None:
        return ""
    return f"{place.until:%Y-%m-%d %H:%M}"
