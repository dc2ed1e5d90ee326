"""The report of a chaos run: JSON, a table and a timeline."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .run import Outcome

_BIN_S = 2.0


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """Return the report; `recovery_s` is null if the throughput was not back in time."""
    return asdict(outcome.findings) | {
        "seed": outcome.seed,
        "layout": outcome.layout,
        "duration_s": round(outcome.ended - outcome.started, 1),
        "offered_per_s": outcome.offered,
        "restarts": outcome.restarts,
        "faults": [
            {
                "name": fault.name,
                "at_s": round(fault.started - outcome.started, 1),
                "lasted_s": round(fault.ended - fault.started, 1),
                "recovery_s": recovery,
                "restarts": fault.restarts,
                "note": fault.note,
            }
            for fault, recovery in zip(outcome.faults, outcome.recoveries, strict=True)
        ],
        "watched": [
            {
                "name": fault.name,
                "others_p95_s": _finite(seen.under_s),
                "others_p95_ratio": _finite(seen.ratio),
                "failed_probes": len(seen.probes),
            }
            for fault, seen in zip(outcome.faults, outcome.watched, strict=False)
        ],
    }


def _finite(value: float | None) -> float | None:
    """Return a figure that JSON can hold, rounded: null for what never ended."""
    return round(value, 2) if value is not None and isfinite(value) else None


def write(outcome: Outcome, folder: Path, *, name: str = "chaos") -> list[Path]:
    """Write `<name>.json` and `<name>.svg` into `folder`; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, image = folder / f"{name}.json", folder / f"{name}.svg"
    data.write_text(json.dumps(as_dict(outcome), indent=2) + "\n", encoding="utf-8")
    picture(outcome, image)
    return [data, image]


def everything(outcome: Outcome) -> RenderableType:
    """Return the report for a terminal."""
    found = outcome.findings
    verdict = (
        Text("Every promise held.", style="bold green")
        if not found.broken
        else Text("\n".join(f"BROKEN: {each}" for each in found.broken), style="bold red")
    )
    tables = [_counts(outcome), _recoveries(outcome)]
    if outcome.watched:
        tables.append(_others(outcome))
    return Group(*tables, verdict)


def _counts(outcome: Outcome) -> Table:
    found = outcome.findings
    table = Table("", "count", "of which", title=f"Chaos, seed {outcome.seed}")
    ends = (f"{getattr(found, name)} {name}" for name in ("answered", "refused", "failed"))
    table.add_row("queries", str(found.queries), ", ".join((*ends, f"{found.expired} expired")))
    table.add_row("  failed", str(found.failed), _listed(found.errors))
    table.add_row("  degraded", str(found.degraded), _listed(found.degradations))
    table.add_row("  missing", str(found.missing))
    table.add_row("  conflicting", str(found.conflicting))
    table.add_row("  identical repeats", str(found.identical_repeats))
    table.add_row("changes", str(found.changes), f"{found.unfinished_changes} without a status")
    table.add_row("documents", str(found.documents), f"{found.wrong_versions} in a wrong state")
    table.add_row("  orphans", str(found.orphans))
    table.add_row("  resurrected", str(found.resurrected))
    table.add_row(
        "dead letters", str(sum(found.dead_letters.values())), _listed(found.dead_letters)
    )
    if found.streams:
        table.add_row(
            "streams", str(found.streams), f"{found.streams_without_answer} without an answer"
        )
    if found.hostile:
        table.add_row(
            "hostile records", str(found.hostile), f"{found.hostile_without_end} without an end"
        )
    table.add_row("restarts", str(outcome.restarts))
    return table


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def _recoveries(outcome: Outcome) -> Table:
    table = Table("fault", "at", "lasted", "back at 90 % after", title="Recovery, in seconds")
    for fault, recovery in zip(outcome.faults, outcome.recoveries, strict=True):
        back = "not before the next" if recovery is None else f"{recovery:.1f}"
        at, lasted = fault.started - outcome.started, fault.ended - fault.started
        table.add_row(fault.name, f"{at:.0f}", f"{lasted:.1f}", back)
    known = [each for each in outcome.recoveries if each is not None]
    if known:
        table.caption = f"median {median(known):.1f}, longest {max(known):.1f}"
    return table


def _others(outcome: Outcome) -> Table:
    table = Table("fault", "95 % within", "times the quiet value", "failed probes", title="Others")
    for fault, seen in zip(outcome.faults, outcome.watched, strict=True):
        within, times = (f"{value or 0:.1f}" for value in (seen.under_s, seen.ratio))
        table.add_row(fault.name, f"{within} s", times, str(len(seen.probes)))
    return table


def picture(outcome: Outcome, path: Path) -> None:
    """Draw answers and statuses a second over time, with the faults."""
    import matplotlib as mpl  # only the report needs it, and it loads slowly

    mpl.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(16, 6), layout="constrained")
    for instants, name in ((outcome.answered_at, "answers"), (outcome.indexed_at, "statuses")):
        axes.step(*_rates(instants, outcome), where="post", label=name)
    axes.axhline(outcome.offered, linestyle=":", color="grey", label="queries offered")
    for fault in outcome.faults:
        start, end = fault.started - outcome.started, fault.ended - outcome.started
        axes.axvspan(start, max(end, start + 0.5), alpha=0.15, color="tab:red")
        axes.annotate(
            fault.name,
            (start, 1.0),
            xycoords=("data", "axes fraction"),
            rotation=90,
            va="top",
            fontsize=7,
        )
    axes.set(xlabel="seconds", ylabel="per second", title=f"Chaos run, seed {outcome.seed}")
    axes.legend(loc="lower right")
    figure.savefig(path)
    pyplot.close(figure)


def _rates(instants: Sequence[float], outcome: Outcome) -> tuple[list[float], list[float]]:
    bins = Counter(int((each - outcome.started) // _BIN_S) for each in instants)
    last = max((number for number in bins), default=0)
    numbers = range(last + 2)
    return [n * _BIN_S for n in numbers], [bins[n] / _BIN_S for n in numbers]
