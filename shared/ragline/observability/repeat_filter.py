"""Lets a warning through once, its repeats only now and then: an outage is no flood of lines."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass

from ragline.clock import Monotonic

_HOLD_S = 300.0
_MOST_KNOWN = 256
_NUMBER = re.compile(r"\d+(\.\d+)?")
# A client that retries by itself says the same in many ways
_AS_ONE = ("aiokafka",)


@dataclass(slots=True)
class _Told:
    at: float
    held: int = 0


class RepeatFilter(logging.Filter):
    """Holds back warnings and errors that differ at most in numbers from one of the last minutes.

    The next one that is written says how many were held back. Lines below a warning pass.

    Args:
        hold_s: seconds for which repeats are held back.
        clock: monotonic seconds.
    """

    def __init__(self, *, hold_s: float = _HOLD_S, clock: Monotonic = time.monotonic) -> None:
        super().__init__()
        self._hold_s = hold_s
        self._clock = clock
        self._told: dict[tuple[str, str], _Told] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is written."""
        if record.levelno < logging.WARNING:
            return True
        now, key = self._clock(), _key(record)
        told = self._told.pop(key, None)
        if told is not None and now - told.at < self._hold_s:
            told.held += 1
            self._told[key] = told
            return False
        self._told[key] = _Told(now)
        if len(self._told) > _MOST_KNOWN:
            del self._told[next(iter(self._told))]
        if told is not None and told.held:
            record.msg = f"{record.getMessage()} ({told.held} more like it since)"
            record.args = None
        return True


def _key(record: logging.LogRecord) -> tuple[str, str]:
    family = record.name.partition(".")[0]
    if family in _AS_ONE:
        return family, ""
    return record.name, _NUMBER.sub("#", record.getMessage())
