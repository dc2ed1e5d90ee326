"""Compares the last hours with the days before, and logs when a signal starts to drift."""

from __future__ import annotations

import logging
import math
from typing import Protocol

from ragline.clock import Clock
from ragline_monitor.history import HistoryWindow, hour_of
from ragline_monitor.ports import Tally
from ragline_monitor.signals import SignalLimits, SignalVerdict, judge

log = logging.getLogger(__name__)

_HOURS_A_DAY = 24


class History(Protocol):
    """The amounts of each hour."""

    async def hours(self, first: int, last: int) -> list[Tally] | None:
        """Return the hours from `first` to `last`, both included, or None if unreadable."""
        ...


class Gauges(Protocol):
    """Metrics that are set."""

    def set(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        ...


class DriftWatch:
    """Checks for drift, once per call of `look`.

    Args:
        history: the amounts of each hour.
        gauges: receive indices and alarms.
        clock: the current instant.
        limits: the thresholds of alarms.
        window_hours: length of the current window, including the current hour.
        reference_days: length of the reference window before it.
    """

    def __init__(
        self,
        *,
        history: History,
        gauges: Gauges,
        clock: Clock,
        limits: SignalLimits,
        window_hours: int,
        reference_days: int,
    ) -> None:
        self._history = history
        self._gauges = gauges
        self._clock = clock
        self._limits = limits
        self._current = window_hours
        self._reference = reference_days * _HOURS_A_DAY
        self._alarms: set[str] = set()

    async def look(self) -> None:
        """Judge every signal; while the history cannot be read, the last result stays."""
        last = hour_of(self._clock())
        first = last - self._current - self._reference + 1
        hours = await self._history.hours(first, last)
        if hours is None:
            return
        past, now = hours[: self._reference], hours[self._reference :]
        for verdict in judge(HistoryWindow.of(now), HistoryWindow.of(past), self._limits):
            self._show(verdict)

    def _show(self, verdict: SignalVerdict) -> None:
        signal = verdict.signal
        self._gauges.set("ragline_drift_index", verdict.index, signal=signal)
        self._gauges.set("ragline_drift_alarm", verdict.alarm, signal=signal)
        if verdict.alarm and signal not in self._alarms:
            self._alarms.add(signal)
            log.warning(
                "%s have drifted: index %.3f, the last %d hours against the %d days before",
                signal,
                verdict.index,
                self._current,
                self._reference // _HOURS_A_DAY,
            )
        elif not verdict.alarm and signal in self._alarms:
            self._alarms.discard(signal)
            too_few = math.isnan(verdict.index)
            because = "too few answers to tell" if too_few else f"index {verdict.index:.3f}"
            log.warning("%s drift no more: %s", signal, because)
