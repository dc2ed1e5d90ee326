"""The flood limit stops a stage before it drains its topic into dead letters."""

from __future__ import annotations

from ragline.messaging.flood import FloodGuard
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
