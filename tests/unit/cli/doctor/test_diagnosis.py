"""What a check found."""

from __future__ import annotations

from ragline_cli.doctor.diagnosis import Diagnosis, Severity, worst


def diagnosis(severity: Severity) -> Diagnosis:
    return Diagnosis(check="topics", severity=severity, subject="queries", meaning="it is away")


def test_the_worst_counts() -> None:
    assert worst([]) is Severity.NOTICE
    assert worst([diagnosis(Severity.WARNING), diagnosis(Severity.NOTICE)]) is Severity.WARNING
    assert worst(map(diagnosis, Severity)) is Severity.ERROR


def test_programs_read_the_severity_by_name() -> None:
    assert diagnosis(Severity.ERROR).model_dump(mode="json")["severity"] == "error"
