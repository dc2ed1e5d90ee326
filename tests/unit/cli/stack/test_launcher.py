"""A start can be stopped at any time, whichever thread the kernel hands the signal to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from tests.patience import PATIENCE_S

from ragline_cli.errors import Cancelled
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.parts import StackPart
from ragline_cli.stack.plan import Ports
from ragline_cli.stack.signals import StopSignals, stop_signals
from ragline_cli.stack.state import StackKind


class SlowServer:
    """Takes until it is cancelled; the thread that starts it is the one that the signal reaches."""

    name = "slow"
    activity = ""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number

    def start(self, cancel: Event, *, on_launched: Callable[[], None]) -> None:
        on_launched()
        cancel.wait(0.2)  # the main thread waits by now: only then is there something to miss
        signal.pthread_kill(threading.get_ident(), self._number)
        if cancel.wait(PATIENCE_S):
            raise Cancelled("stopped while it was starting")


def starting(folder: Path, signals: StopSignals, server: Any) -> Launcher:
    launcher = Launcher(StackKind.EMBEDDED, folder, ports=Ports(), cancel=signals.requested)
    launcher.parts = {server.name: StackPart(server)}
    launcher.plan = SimpleNamespace(kafka=None)  # type: ignore[assignment]
    return launcher


def test_a_signal_that_another_thread_gets_ends_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Launcher, "_record", lambda _self, _phase: None)

    with stop_signals() as signals, pytest.raises(Cancelled):
        starting(tmp_path, signals, SlowServer(signal.SIGTERM))._start()
