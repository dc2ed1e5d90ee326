"""The flood limit stops a stage before it drains its topic into dead letters."""

from __future__ import annotations

from ragline.messaging.flood import FloodGuard, Floods
from ragline.settings import DeliverySettings

SETTINGS = DeliverySettings(flood_window=10, flood_ratio=0.5, flood_run=4)


def test_a_run_of_dead_letters_trips() -> None:
    guard = FloodGuard(SETTINGS)
    for _ in range(3):
        guard.record(dead=True)
    assert guard.reason is None
    guard.record(dead=True)
    assert guard.reason == "4 dead letters in a row"


def test_a_good_record_ends_the_run() -> None:
    guard = FloodGuard(SETTINGS)
    for dead in (True, True, True, False, True, True):
        guard.record(dead=dead)
    assert guard.reason is None


def test_the_ratio_over_a_full_window_trips_and_stays() -> None:
    guard = FloodGuard(SETTINGS)
    for dead in (True, False) * 5:
        guard.record(dead=dead)
    assert guard.reason == "50% of the last 10 records are dead letters"
    for _ in range(20):
        guard.record(dead=False)
    assert guard.reason is not None


def test_old_outcomes_leave_the_window() -> None:
    guard = FloodGuard(SETTINGS)
    for dead in (True, True, False, False, False, False, False, False, False, False):
        guard.record(dead=dead)
    for dead in (True, True, False, True, False):
        guard.record(dead=dead)
    assert guard.reason is None  # 3 of the last 10


def test_a_flood_on_one_topic_leaves_the_others_alone() -> None:
    floods = Floods(SETTINGS)
    for _ in range(4):
        floods.record("feedback", dead=True)
        floods.record("dead-letters", dead=False)
    assert floods.stopped("feedback")
    assert not floods.stopped("dead-letters")
    assert not floods.stopped("answers")
    assert floods.reason == "feedback: 4 dead letters in a row"


def test_without_a_flood_there_is_no_reason() -> None:
    floods = Floods(SETTINGS)
    floods.record("answers", dead=True)
    assert floods.reason is None
