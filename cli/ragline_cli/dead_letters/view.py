"""Dead letters on a terminal: tables and the plan of a replay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ragline_cli.dead_letters.letter_list import LetterList
from ragline_cli.dead_letters.plan import Action, ReplayPlan, Step
from ragline_cli.dead_letters.summary import Summary
from ragline_cli.terminal import printable

_MAX_ERROR_CHARS = 160
_MAX_STEPS = 50


def listing_table(summaries: Iterable[Summary], *, states: bool) -> Table:
    """Return one line per dead letter; with `states`, also its state."""
    headings = ["id", "failed at", "service", "source", "key", "cause", "error"]
    table = Table(*headings, *(["state"] if states else []), box=SIMPLE_HEAD)
    for summary in summaries:
        cells = [
            str(summary.id),
            f"{summary.failed_at:%Y-%m-%d %H:%M:%S}",
            summary.service or "?",
            source_text(summary),
            summary.key_text if summary.key_text is not None else "null",
            summary.cause or "?",
            _shortened(summary.error),
            *([summary.state] if states else []),
        ]
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def source_text(summary: Summary) -> str:
    """Return `topic[partition]@offset`, with the first topic if it differs."""
    if summary.topic is None:
        return "?"
    origin = f" from {summary.origin}" if summary.origin != summary.topic else ""
    return f"{summary.topic}[{summary.partition}]@{summary.offset}{origin}"


def sums_text(listing: LetterList) -> str:
    """Return how many letters matched, by cause, and how many are not shown."""
    causes = ", ".join(f"{count} {cause}" for cause, count in listing.by_cause.most_common())
    lines = [f"{listing.matched} dead letters" + (f": {causes}" if causes else "")]
    if (shown := len(listing.summaries)) < listing.matched:
        lines.append(f"shown are the newest {shown}; --limit shows more")
    if listing.handled:
        lines.append(f"{listing.handled} replayed or dropped before; --all shows them")
    return printable("\n".join(lines))


def letter_view(letter: Mapping[str, Any]) -> Group:
    """Return all details of one dead letter, as described by `export.to_json`."""
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name in ("id", "state", "failed_at", "service", "cause", "error"):
        facts.add_row(name.replace("_", " "), _text(letter[name]))
    facts.add_row("source", _text(f"{letter['topic']}[{letter['partition']}]@{letter['offset']}"))
    facts.add_row("first on", _text(letter["origin"]))
    facts.add_row("key", _text(letter["key"]))
    facts.add_row("attempt", _text(letter["attempt"]))
    if letter["handled"]:
        facts.add_row("handled", _text(letter["handled"]))
    headers = Table("header", "value", box=SIMPLE_HEAD)
    for name, value in letter["headers"]:
        headers.add_row(_text(name), _text(value))
    title = "payload, redacted (--payload shows it whole)" if letter["redacted"] else "payload"
    return Group(facts, headers, Text(title), payload_text(letter["value"]))


def payload_text(value: Any) -> Text:
    """Return a payload; text unchanged, anything else as JSON."""
    if isinstance(value, str):
        return Text(printable(value))
    return Text(printable(json.dumps(value, indent=2, ensure_ascii=False)))


def plan_view(plan: ReplayPlan) -> Group:
    """Return the replays with their targets, the skipped letters with reasons, and the totals."""
    replays = plan.of(Action.REPLAY)
    lines: list[Any] = [_replays_table(replays[:_MAX_STEPS])] if replays else []
    if len(replays) > _MAX_STEPS:
        lines.append(Text(f"… and {len(replays) - _MAX_STEPS} more"))
    others = [step for step in plan.steps if step.action is not Action.REPLAY]
    if others:
        lines.append(steps_table(others[:_MAX_STEPS]))
    if len(others) > _MAX_STEPS:
        lines.append(Text(f"… and {len(others) - _MAX_STEPS} more"))
    return Group(*lines, Text(_plan_sums(plan)))


def steps_table(steps: Iterable[Step]) -> Table:
    """Return one line per step that stores no record, with the reason."""
    table = Table("id", "key", "", "why", box=SIMPLE_HEAD)
    for step in steps:
        does = "skipped" if step.action is Action.SKIP else "only marked"
        cells = (str(step.summary.id), step.summary.key_text or "", does, step.reason or "")
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _replays_table(steps: Iterable[Step]) -> Table:
    table = Table("id", "goes to", "key", "attempt", "cause", box=SIMPLE_HEAD)
    for step in steps:
        summary, partition = step.summary, step.target_partition
        target = f"{summary.origin}[{partition}]" if partition is not None else str(summary.origin)
        cells = (str(summary.id), target, summary.key_text or "null", str(step.attempt))
        table.add_row(*(Text(printable(cell)) for cell in (*cells, summary.cause or "?")))
    return table


def _plan_sums(plan: ReplayPlan) -> str:
    targets = Counter(str(step.summary.origin) for step in plan.of(Action.REPLAY))
    places = ", ".join(f"{count} to {topic}" for topic, count in targets.most_common())
    parts = [f"{targets.total()} to replay" + (f" ({places})" if places else "")]
    counts = {
        "only to mark": len(plan.of(Action.MARK)),
        "skipped": len(plan.of(Action.SKIP)),
        "handled before": plan.handled,
        "left by --limit": plan.left,
    }
    return "; ".join([*parts, *(f"{count} {what}" for what, count in counts.items() if count)])


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_ERROR_CHARS else text[: _MAX_ERROR_CHARS - 1] + "…"


def _text(value: object) -> Text:
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Text(printable(plain))
