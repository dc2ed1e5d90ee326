"""Processes that a killed launcher has left running."""

from __future__ import annotations

import os
import signal

import psutil

from ragline_cli.stack.processes import kill_group
from ragline_cli.stack.state import StackState

_GRACE_S = 5.0


def leftovers(state: StackState) -> list[psutil.Process]:
    """Return the recorded processes that still run; ignores process ids that were reused."""
    found = (process.find() for process in state.processes.values())
    return [process for process in found if process is not None]


def end_leftovers(state: StackState) -> int:
    """Stop the recorded processes that still run and return how many there were."""
    processes = leftovers(state)
    for process in processes:
        _signal(process)
    _, alive = psutil.wait_procs(processes, timeout=_GRACE_S)
    for process in alive:
        kill_group(process.pid)
    psutil.wait_procs(alive, timeout=_GRACE_S)
    return len(processes)


def _signal(process: psutil.Process) -> None:
    try:
        os.kill(process.pid, signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return  # it ended by itself
