"""Starts and stops a launcher that outlives the command."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import psutil

from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.leftovers import end_leftovers
from ragline_cli.stack.state import (
    Phase,
    StackState,
    forget_state,
    is_locked,
    read_state,
    recorded_state,
)

_POLL_S = 0.2
_STOP_S = 90.0  # draining the services concurrently, then stopping stores and Kafka, takes less


def start_detached(
    folder: Path, arguments: Sequence[str], *, cancel: Event, on_line: Callable[[str], None]
) -> StackState:
    """Run `ragline up` in its own session and return once its stack is running.

    Args:
        folder: the stack's state folder.
        arguments: of `ragline up`.
        cancel: set it to give up; the launcher is then stopped.
        on_line: called with each line that the launcher prints.

    Raises:
        StackError: the launcher ended before its stack ran.
        Cancelled: `cancel` was set.
    """
    log = folder / "logs" / "launcher.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output, log.open(encoding="utf-8", errors="replace") as printed:
        launcher = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "ragline_cli.main", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while launcher.poll() is None:
            for line in printed:
                on_line(line.rstrip())
            if (state := read_state(folder)) and state.phase is Phase.RUNNING:
                return state
            if cancel.wait(_POLL_S):
                launcher.terminate()
                launcher.wait()
                raise Cancelled("stopped while the stack was starting")
        raise StackError(printed.read().strip().removeprefix("error: ") or f"see {log}")


def stop(folder: Path) -> StackState | None:
    """Stop the stack of `folder` and wait for its end; return its state, or None if none ran.

    Also stops processes that a killed launcher has left behind.
    """
    state = recorded_state(folder)
    if state is not None and is_locked(folder):
        _stop_launcher(state)
    if state is not None and not end_leftovers(state) and recorded_state(folder) == state:
        state = None  # a stale file without any running process
    forget_state(folder)
    return state


def _stop_launcher(state: StackState) -> None:
    launcher = state.launcher.find()
    if launcher is None:
        return
    launcher.send_signal(signal.SIGTERM)
    try:
        launcher.wait(_STOP_S)
    except psutil.TimeoutExpired:
        launcher.kill()  # its child processes are stopped afterwards as leftovers
