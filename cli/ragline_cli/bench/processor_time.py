"""Processor time of a stack's parts: what a question costs, however busy the machine is."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import psutil

from ragline_cli.stack.state import ProcessId

Seconds = dict[str, float]


def processor_seconds(parts: Mapping[str, ProcessId]) -> Seconds:
    """Return the seconds of processor time, user and system, that each part has used so far.

    A part is a process with all that it started, those included that have ended. One that does not
    run any more is left out.
    """
    return {
        name: seconds
        for name, process in parts.items()
        if (root := process.find()) and (seconds := seconds_of_tree(root.pid)) is not None
    }


def milliseconds_each(before: Seconds, after: Seconds, *, of: int) -> Seconds:
    """Return each part's milliseconds for each of so many questions, the most expensive first.

    Parts that were not there all the time are left out.
    """
    spent = {
        name: round(1000 * (seconds - before[name]) / of, 2)
        for name, seconds in after.items()
        if name in before and of
    }
    return dict(sorted(spent.items(), key=lambda part: -part[1]))


def seconds_of_tree(pid: int) -> float | None:
    """Return the processor time of a process with all that it started; None if it is gone."""
    try:
        root = psutil.Process(pid)
        total, family = own_seconds(root), root.children(recursive=True)
    except psutil.NoSuchProcess:
        return None
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended: its parent counts it now
            total += own_seconds(process)
    return total


def own_seconds(process: psutil.Process) -> float:
    """Return the processor time of a process and of what it started that has ended."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)
