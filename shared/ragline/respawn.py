"""A process that is forked again, warm, when a signal has ended it.

What a container's supervisor starts again has to import everything anew, and a kubelet makes each
further start of a container wait longer (10 s, 20 s, 40 s, ...). A parent that has imported
everything and holds nothing else starts the next worker within milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections import deque
from typing import NoReturn

log = logging.getLogger(__name__)

WINDOW_S = 600.0

_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
_STOPS = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1  # of prctl(2)


class Deaths:
    """Says whether a worker may be started again: at most `most` times within `WINDOW_S`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._at: deque[float] = deque()

    def allow(self, now: float) -> bool:
        """Count a death at `now`, in seconds, and return whether another worker may follow."""
        while self._at and now - self._at[0] >= WINDOW_S:
            self._at.popleft()
        self._at.append(now)
        return len(self._at) <= self._most


def respawn(most: int) -> None:
    """Return in a worker; the process that called stays behind, and forks another when it dies.

    Call it before any thread runs: only the calling thread goes on in a fork. The parent passes
    SIGTERM, SIGINT and SIGUSR1 on to the worker, and ends as the worker ends: with its exit code,
    or with 128 and the signal's number. A worker that a signal has ended (a crash in a library, the
    kernel's memory limit) is followed by another, at most `most` times within ten minutes; nothing
    follows a worker that was asked to stop. Workers die with their parent.

    Linux alone has what this needs; elsewhere, and with `most` 0, the caller is the worker.
    """
    if most and sys.platform == "linux":
        gc.freeze()  # or the collector would touch, and so copy, the pages that both share
        _Parent(Deaths(most)).run()


class _Parent:
    def __init__(self, deaths: Deaths) -> None:
        self._deaths = deaths
        self._worker = 0
        self._asked_to_stop = False

    def run(self) -> None:
        """Return in each worker; the parent never returns."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
        for number in _PASSED_ON:
            signal.signal(number, self._pass_on)
        while self._fork():
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
            status = self._wait()
            signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
            if os.WIFEXITED(status) or self._asked_to_stop:
                self._end(status)
            ended_by = signal.Signals(os.WTERMSIG(status)).name
            if not self._deaths.allow(time.monotonic()):
                log.critical("the worker ended by %s, too often to start another", ended_by)
                self._end(status)
            log.error("the worker ended by %s: starting another", ended_by)

    def _fork(self) -> bool:
        """Return whether this is the parent."""
        parent = os.getpid()
        self._worker = os.fork()
        if self._worker:
            return True
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # it died before this worker could ask to die with it
        for number in _PASSED_ON:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        return False

    def _wait(self) -> int:
        """Wait for the worker; orphans, which come to the first process of a container, too."""
        while True:
            pid, status = os.waitpid(-1, 0)
            if pid == self._worker:
                return status

    def _pass_on(self, number: int, _frame: object) -> None:
        self._asked_to_stop |= number in _STOPS
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.kill(self._worker, number)

    def _end(self, status: int) -> NoReturn:
        code = os.waitstatus_to_exitcode(status)
        sys.exit(code if code >= 0 else 128 - code)
