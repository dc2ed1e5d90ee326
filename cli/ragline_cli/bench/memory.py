"""Memory of a stack's parts."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import psutil

from ragline_cli.stack.state import ProcessId

_MIB = 2**20


def memory_mib(parts: Mapping[str, ProcessId]) -> dict[str, float]:
    """Return the MiB that each part has in memory now, the largest first.

    A part is a process with all that it started; pages that several of them share count once. One
    that does not run any more is left out.
    """
    found = {}
    for name, process in parts.items():
        if root := process.find():
            with contextlib.suppress(psutil.NoSuchProcess):
                family = psutil.Process(root.pid)
                found[name] = sum(map(_bytes, (family, *family.children(recursive=True)))) / _MIB
    return {name: round(mib, 1) for name, mib in sorted(found.items(), key=lambda each: -each[1])}


def _bytes(process: psutil.Process) -> int:
    try:
        # each process's share of a page that several have
        return int(process.memory_full_info().pss)
    except (psutil.AccessDenied, AttributeError):
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
