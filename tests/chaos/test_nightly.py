"""The report over several rounds."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.checker import Findings
from tests.chaos.faults.catalogue import select
from tests.chaos.layouts import HOSTILE, SMALL_DISKS
from tests.chaos.nightly import Round, split, summary
from tests.chaos.probes import FailedProbe
from tests.chaos.run import Happened, Outcome, Watched


def outcome(*broken: str) -> Outcome:
    probe = FailedProbe(instance="ingestor-1", at=5.0, why="timed out")
    return Outcome(
        seed=1,
        layout=HOSTILE.name,
        started=0.0,
        ended=60.0,
        offered=1.0,
        findings=Findings(queries=60, answered=58, broken=list(broken)),
        faults=[Happened(name="hostile: waiters", started=1.0, ended=46.0, note="40 expired")],
        recoveries=[None],
        watched=[Watched(quiet_s=0.5, under_s=2.0, probes=[probe])],
        answered_at=[],
        indexed_at=[],
        restarts=0,
    )


def test_the_report_has_a_row_for_each_fault_and_says_what_broke() -> None:
    hostile = Round(layout=HOSTILE, faults=select("waiters"), outcome=outcome("an answer is gone"))
    text = summary([hostile])
    assert "| hostile | hostile: waiters | 45 s | not before the next | 0 |" in text
    assert "4.0 times | 1 failed | 40 expired |" in text
    assert "- **hostile**: an answer is gone" in text
    assert "Every promise held" not in text


def test_what_cannot_happen_here_is_said_with_its_reason() -> None:
    faults = [replace(fault, lacking=lambda: "no root") for fault in select("full disk")]
    able, unable = split(faults)
    assert able == []
    text = summary([Round(layout=SMALL_DISKS, faults=faults, outcome=None, skipped=unable)])
    assert text.count("skipped: no root") == 2
    assert "Every promise held." in text


def test_a_round_that_could_not_be_run_is_broken() -> None:
    failed = Round(layout=HOSTILE, faults=[], outcome=None, ended="kafka ended while starting")
    assert failed.broken == ["the round ended early: kafka ended while starting"]
