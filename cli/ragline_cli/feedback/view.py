"""Feedback, and the outcome of an export, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ragline_cli.feedback.counts import LABELS, Counts
from ragline_cli.feedback.export import Exported
from ragline_cli.feedback.feedback_list import FeedbackList, appended_at
from ragline_cli.terminal import printable

_MAX_CHARS = 160
_SHORT = ("time", "rating", "marker", "intent", "plan")


def listing_table(listing: FeedbackList) -> Table:
    """Return one line per rating, newest last; `?` where the answer is unknown."""
    table = Table(box=SIMPLE_HEAD)
    several = listing.filters.tenant is None
    for heading in (*_SHORT, *(["tenant"] if several else []), "question", "reason"):
        table.add_column(heading, no_wrap=heading in _SHORT)
    for rating in listing.ratings:
        answer = listing.answer(rating)
        cells = (
            f"{appended_at(rating):%Y-%m-%d %H:%M:%S}",
            "up" if rating.up else "down",
            "" if rating.marker is None else f"[{rating.marker}]",
            (answer.intent if answer else "?") or "",
            (answer.plan if answer else "?") or "",
            *([rating.tenant] if several else []),
            (answer.standalone_text if answer else "?") or "",
            rating.reason or "",
        )
        table.add_row(*(Text(_line(cell)) for cell in cells))
    return table


def sums_text(listing: FeedbackList) -> str:
    """Return how many ratings matched, and how many are not shown."""
    matched, shown = listing.up + listing.down, len(listing.ratings)
    lines = [f"{matched} ratings: {listing.up} up, {listing.down} down"]
    if shown < matched:
        lines.append(f"shown are the newest {shown}; --limit shows more")
    if listing.unreadable:
        lines.append(f"{listing.unreadable} records that are no feedback")
    return "\n".join(lines)


def counts_table(counts: Counts) -> Table:
    """Return the counts worth showing, group by group."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    for group, labels in LABELS.items():
        for place, (name, label) in enumerate(labels.items()):
            count = counts[group][name]
            if count or (place == 0 and group != "unreadable"):
                table.add_row(str(count), label)
    return table


def outcome_text(exported: Exported) -> str:
    """Return what was written, what was left out, and what to do next."""
    return printable("\n".join(_outcome(exported)))


def _outcome(exported: Exported) -> Iterator[str]:
    request, counts = exported.request, exported.counts
    if exported.folder is None:
        whose = f" of tenant {request.tenant}" if request.tenant else ""
        yield f"no feedback{whose} {request.period}; nothing is written"
        if others := ", ".join(f"{name} ({n})" for name, n in exported.others.items()):
            yield f"there is feedback of {others}"
        return
    yield f"wrote {exported.folder}: feedback of tenant {exported.tenant} {request.period}"
    if counts["documents"]["quoted"]:
        yield "documents that are binary or by URI have their cited quotes as text"
    if request.include_restricted:
        yield "documents limited to groups are in it: whoever reads the set reads them"
    elif counts["documents"]["restricted"]:
        yield "--include-restricted takes documents limited to groups, too"
    if counts["questions"]["judged"]:
        yield f"next: ragline eval retrieval --data {exported.folder} --split {request.split}"
    else:
        yield "no question has a relevant document: there is nothing for `ragline eval`"


def _line(text: str) -> str:
    """Return a text on one line, shortened, without terminal control characters."""
    return shorten(printable(text), _MAX_CHARS, placeholder="…")
