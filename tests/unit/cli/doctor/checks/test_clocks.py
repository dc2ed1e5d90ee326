"""Clocks that differ."""

from __future__ import annotations

import pytest

from ragline_cli.doctor.checks.clocks import judge
from ragline_cli.doctor.diagnosis import Severity


@pytest.mark.parametrize(
    ("skew_s", "severity", "told"),
    [
        (2.5, Severity.WARNING, "2.5 s ahead of"),
        (-45.0, Severity.ERROR, "45.0 s behind"),
    ],
)
def test_seconds_are_told_with_their_direction(
    skew_s: float, severity: Severity, told: str
) -> None:
    (found,) = judge({"redis": skew_s, "postgresql": 0.1})
    assert (found.severity, found.subject) == (severity, "redis")
    assert told in found.meaning


def test_a_small_difference_is_none() -> None:
    assert list(judge({"redis": 1.9, "kafka": 0.0})) == []
