"""What is said of two windows, and when nothing is."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ragline_monitor.history import HistoryWindow
from ragline_monitor.settings import MonitorGroup
from ragline_monitor.signals import SignalLimits, SignalVerdict, judge

PAST = HistoryWindow(
    {
        "status:answered": 9_000,
        "status:refused": 900,
        "status:expired": 100,
        "intent:factual": 6_000,
        "intent:procedural": 3_800,
        "intent:unknown": 200,
        "score:19": 5_000,
        "score:18": 4_000,
    }
)
NOW = {
    "status:answered": 450.0,
    "status:refused": 45.0,
    "status:expired": 5.0,
    "intent:factual": 300.0,
    "intent:procedural": 190.0,
    "score:19": 250.0,
    "score:18": 200.0,
}

LIMITS = MonitorGroup().signal_limits()


def verdicts(
    changes: dict[str, float], limits: SignalLimits | None = None
) -> dict[str, SignalVerdict]:
    found = judge(HistoryWindow(NOW | changes), PAST, limits or LIMITS)
    return {verdict.signal: verdict for verdict in found}


def alarms(changes: dict[str, float], limits: SignalLimits | None = None) -> set[str]:
    return {name for name, verdict in verdicts(changes, limits).items() if verdict.alarm}


def test_the_same_as_ever_is_no_alarm() -> None:
    found = verdicts({})
    assert set(found) == {"intents", "scores", "refusals", "expiries"}
    assert not any(verdict.alarm for verdict in found.values())
    assert all(abs(verdict.index) < 0.01 for verdict in found.values())


@pytest.mark.parametrize(
    ("changes", "alarm"),
    [
        ({"intent:procedural": 20, "intent:navigational": 200}, {"intents"}),
        ({"score:19": 20, "score:3": 200}, {"scores"}),
        ({"status:answered": 350, "status:refused": 150}, {"refusals"}),
        ({"status:answered": 495, "status:refused": 0}, {"refusals"}),
        ({"status:answered": 350, "status:refused": 35, "status:expired": 110}, {"expiries"}),
        ({"status:expired": 0}, set()),  # fewer expire: nothing to worry about
        ({"intent:unknown": 5_000}, set()),  # failed before it was classified
    ],
)
def test_a_shift_is_an_alarm_of_its_signal_alone(
    changes: dict[str, float], alarm: set[str]
) -> None:
    assert alarms(changes) == alarm


def test_a_change_that_is_certain_but_small_is_no_alarm() -> None:
    large = {"status:answered": 9_300_000.0, "status:refused": 700_000.0}
    found = verdicts(large)["refusals"]
    assert found.index == pytest.approx(0.07 - 900 / 9_900)
    assert not found.alarm
    assert alarms(large, replace(LIMITS, change=0.02)) == {"refusals"}


def test_a_large_change_that_chance_may_make_is_no_alarm() -> None:
    few = {"status:answered": 34.0, "status:refused": 6.0, "status:expired": 0.0}
    assert alarms(few, replace(LIMITS, least=40)) == set()
    assert "refusals" in alarms(few, replace(LIMITS, least=40, significance=0.5))


def test_with_too_few_answers_nothing_is_said() -> None:
    found = verdicts({"intent:factual": 9, "intent:procedural": 190})["intents"]
    assert math.isnan(found.index)
    assert not found.alarm


def test_with_too_short_a_past_nothing_is_said() -> None:
    found = list(judge(HistoryWindow(NOW), HistoryWindow({}), LIMITS))
    assert len(found) == 4
    assert all(math.isnan(verdict.index) and not verdict.alarm for verdict in found)
