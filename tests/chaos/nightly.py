"""Several rounds, one for each layout that the faults need, and one report over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .faults.fault import Fault
from .layouts import Layout
from .run import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The faults of one layout, and how they went.

    `skipped` says of faults that cannot happen here why; `ended` why the round itself did not end.
    """

    layout: Layout
    faults: Sequence[Fault]
    outcome: Outcome | None
    skipped: Sequence[tuple[Fault, str]] = ()
    ended: str | None = None

    @property
    def broken(self) -> Sequence[str]:
        """The broken promises, in words."""
        found = [] if self.outcome is None else self.outcome.findings.broken
        return [*found, *([f"the round ended early: {self.ended}"] if self.ended else [])]


def split(faults: Sequence[Fault]) -> tuple[list[Fault], list[tuple[Fault, str]]]:
    """Return the faults that can happen on this machine, and the others with their reasons."""
    able: list[Fault] = []
    unable: list[tuple[Fault, str]] = []
    for fault in faults:
        why = fault.lacking()
        if why is None:
            able.append(fault)
        else:
            unable.append((fault, why))
    return able, unable


def summary(rounds: Sequence[Round]) -> str:
    """Return the report over all rounds, as Markdown."""
    return "\n".join(_lines(rounds)) + "\n"


def write(rounds: Sequence[Round], folder: Path) -> Path:
    """Write the report into `folder`; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "chaos-nightly.md"
    path.write_text(summary(rounds), encoding="utf-8")
    return path


def _lines(rounds: Sequence[Round]) -> Iterator[str]:
    yield "| layout | fault | lasted | back after | restarts | others' p95 | probes | note |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in rounds:
        yield from _rows(each)
    yield ""
    yield "| layout | queries | answered | missing | conflicting | changes | unfinished | broken |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in rounds:
        if each.outcome is not None:
            found = each.outcome.findings
            figures = (found.queries, found.answered, found.missing, found.conflicting)
            more = (found.changes, found.unfinished_changes, len(found.broken))
            yield f"| {each.layout.name} | {' | '.join(map(str, (*figures, *more)))} |"
    for each in rounds:
        for promise in each.broken:
            yield f"\n- **{each.layout.name}**: {promise}"
    if not any(each.broken for each in rounds):
        yield "\nEvery promise held."


def _rows(each: Round) -> Iterator[str]:
    for fault, why in each.skipped:
        yield f"| {each.layout.name} | {fault.name} | | | | | | skipped: {why} |"
    if each.outcome is None:
        return
    outcome = each.outcome
    for index, hit in enumerate(outcome.faults):
        back = outcome.recoveries[index]
        seen = outcome.watched[index] if outcome.watched else None
        cells = (
            each.layout.name,
            hit.name,
            f"{hit.ended - hit.started:.0f} s",
            "not before the next" if back is None else f"{back:.0f} s",
            str(hit.restarts),
            f"{seen.ratio:.1f} times" if seen and seen.ratio is not None else "",
            f"{len(seen.probes)} failed" if seen else "",
            hit.note,
        )
        yield f"| {' | '.join(cells)} |"
