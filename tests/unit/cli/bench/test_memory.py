"""Memory of a stack's parts, with what they start."""

from __future__ import annotations

import os
import subprocess
import sys

from ragline_cli.bench.memory import memory_mib
from ragline_cli.stack.state import ProcessId

_LARGE = "block = bytearray(64 * 2**20); print(flush=True); input()"


def test_a_part_counts_with_what_it_has_started_and_not_when_it_is_gone() -> None:
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_LARGE!r}])"
    command = [sys.executable, "-c", starts]
    this = ProcessId.of(os.getpid())
    assert this is not None
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        part = ProcessId.of(process.pid)
        assert part is not None
        assert process.stdout is not None
        process.stdout.readline()
        found = memory_mib({"small": part, "this": this})
        assert 64 < found["small"] < 200
        assert list(found.values()) == sorted(found.values(), reverse=True)
        process.communicate(b"\n")
    assert memory_mib({"part": part}) == {}
