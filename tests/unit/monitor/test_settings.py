"""Settings that contradict each other are refused at the start."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ragline_monitor.settings import MonitorGroup


def test_the_defaults_fit_together() -> None:
    own = MonitorGroup()
    assert (own.drift_window_hours, own.drift_reference_days, own.remembered_days) == (6, 7, 14)


def test_windows_longer_than_the_memory_are_refused() -> None:
    MonitorGroup(remembered_days=8)
    with pytest.raises(ValidationError, match="remembered_days must cover"):
        MonitorGroup(remembered_days=7)
