"""Processor time of a stack's parts, with what they start."""

from __future__ import annotations

import os
import subprocess
import sys

from ragline_cli.bench.processor_time import milliseconds_each, processor_seconds, seconds_of_tree
from ragline_cli.stack.state import ProcessId

_BUSY = "import time\nwhile time.process_time() < 0.2: pass\n"
_PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {_BUSY!r}])\ninput()\n"


def test_a_part_counts_with_what_it_has_started() -> None:
    command = [sys.executable, "-c", f"print()\n{_PARENT}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        part = ProcessId.of(process.pid)
        assert part is not None
        while (used := processor_seconds({"part": part}))["part"] < 0.2:
            assert process.poll() is None
        assert used["part"] >= 0.2
        process.communicate(b"\n")
    assert processor_seconds({"part": part}) == {}


def test_a_questions_share_is_told_for_parts_that_were_there_all_the_time() -> None:
    before, after = {"kafka": 1.0, "redis": 2.0}, {"kafka": 1.5, "redis": 4.0, "late": 9.0}

    found = milliseconds_each(before, after, of=100)

    assert list(found.items()) == [("redis", 20.0), ("kafka", 5.0)]


def test_this_process_has_used_some_and_one_that_is_gone_has_none() -> None:
    assert (seconds_of_tree(os.getpid()) or 0.0) > 0.1
    assert seconds_of_tree(2**22 + 1) is None


def test_without_questions_there_is_no_share() -> None:
    assert milliseconds_each({"kafka": 1.0}, {"kafka": 2.0}, of=0) == {}
