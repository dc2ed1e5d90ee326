"""Diagnoses on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.terminal import printable

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "dim"}


def diagnoses_view(diagnoses: Sequence[Diagnosis], checks: int) -> Group:
    """Return a paragraph for each diagnosis, and the sums."""
    return Group(*map(_paragraph, diagnoses), Text(_sums(diagnoses, checks)))


def _paragraph(diagnosis: Diagnosis) -> Text:
    told = Text(diagnosis.severity.name.lower(), style=_STYLES[diagnosis.severity])
    told.append(printable(f" {diagnosis.check}: {diagnosis.subject}\n"), style="bold")
    told.append(printable(f"  {diagnosis.meaning}\n"), style="")
    if diagnosis.remedy:
        told.append(printable(f"  → {diagnosis.remedy}\n"), style="cyan")
    return told


def _sums(diagnoses: Sequence[Diagnosis], checks: int) -> str:
    counts = {s: sum(each.severity is s for each in diagnoses) for s in reversed(Severity)}
    told = ", ".join(f"{n} {s.name.lower()}s" for s, n in counts.items() if n)
    return f"{checks} checks: {told or 'nothing found'}"
