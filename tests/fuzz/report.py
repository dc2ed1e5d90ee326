"""What a run found, as files that can be replayed, as JSON and as tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from .case import write_cases
from .ledger import Finding, smallest
from .run import Outcome

_SHOWN = 1_500  # characters of evidence
_MIB = 2**20


def write(outcome: Outcome, folder: Path, *, seed: int | None) -> list[Path]:
    """Write the report, and a file for each kind of finding with its smallest records."""
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "fuzz.json"
    report.write_text(json.dumps(as_dict(outcome, seed=seed), indent=2) + "\n", encoding="utf-8")
    paths = [report]
    for old in folder.glob("fuzz-*.jsonl"):
        old.unlink()
    for what, (_, finding) in smallest(outcome.findings).items():
        if finding.cases:
            paths.append(folder / f"fuzz-{_slug(what)}.jsonl")
            write_cases(paths[-1], finding.cases)
    return paths


def as_dict(outcome: Outcome, *, seed: int | None) -> dict[str, Any]:
    """Return the outcome as JSON values; without a seed it was a replay."""
    return {
        "seed": seed,
        "seconds": round(outcome.seconds, 1),
        "sent": outcome.sent,
        "interrupted": outcome.interrupted,
        "counts": {kind: dict(ends) for kind, ends in outcome.counts.items()},
        "memory_mib": {
            name: {"most": each.most // _MIB, "limit": each.limit // _MIB}
            for name, each in outcome.memory.items()
        },
        "findings": {
            what: {"count": count, "smallest": finding.evidence}
            for what, (count, finding) in smallest(outcome.findings).items()
        },
    }


def everything(outcome: Outcome) -> RenderableType:
    """Return the tables that are shown at the end."""
    return Group(
        _ends(outcome), _memory(outcome), _findings(smallest(outcome.findings)) or "No finding."
    )


def _ends(outcome: Outcome) -> Table:
    table = Table("what was sent", "how it ended", title=_title(outcome))
    for kind, ends in outcome.counts.items():
        table.add_row(escape(kind), escape(", ".join(f"{n} {end}" for end, n in ends.items())))
    return table


def _title(outcome: Outcome) -> str:
    return f"{outcome.sent} records{', interrupted' if outcome.interrupted else ''}"


def _memory(outcome: Outcome) -> Table:
    table = Table("process", "most MiB", "a pod's MiB", title="Memory")
    for name, each in outcome.memory.items():
        table.add_row(name, str(each.most // _MIB), str(each.limit // _MIB))
    return table


def _findings(groups: Mapping[str, tuple[int, Finding]]) -> Table | None:
    if not groups:
        return None
    table = Table("finding", "how often", "the smallest", title="Findings")
    for what, (count, finding) in groups.items():
        table.add_row(escape(what), str(count), escape(finding.evidence[:_SHOWN]))
    return table


def _slug(what: str) -> str:
    return re.sub(r"\W+", "-", what.lower()).strip("-")[:80]
