"""A worker that a signal ends is followed by another, which has nothing to import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs prctl(2)")

MOST = 2
# Says who works, and waits for signals
PROGRAM = f"""
import os, signal, sys
from ragline.respawn import respawn
respawn({MOST})
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
signal.signal(signal.SIGUSR1, lambda *_: print("asked", flush=True))
print(os.getpid(), flush=True)
while True:
    signal.pause()
"""

# A service whose `preload` and whose workers say in which process they are
SERVICE = """
import asyncio, os
from ragline.process import run_process
from ragline.settings import ServiceSettings

def preload(settings):
    print("preloaded", os.getpid(), flush=True)

async def work(*_):
    print("works", os.getpid(), flush=True)
    await asyncio.Event().wait()

run_process("test", ServiceSettings, work, preload=preload)
"""


class Program:
    """The parent, and what its workers say."""

    def __init__(self, program: str = PROGRAM, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )
        self.pid = self._process.pid

    def says(self) -> str:
        """Wait for the next line of a worker."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def ends(self) -> int:
        """Wait for the parent's end, and return its exit code."""
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """Kill the parent."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill what still runs."""
        self.kill()
        self._process.communicate()


@pytest.fixture
def program() -> Iterator[Program]:
    running = Program()
    yield running
    running.close()


def test_another_worker_follows_one_that_was_killed(program: Program) -> None:
    first = int(program.says())
    os.kill(first, signal.SIGKILL)
    second = int(program.says())
    assert program.pid not in (first, second)
    assert first != second


def test_workers_that_die_too_often_are_followed_by_the_parents_end(program: Program) -> None:
    for _ in range(MOST + 1):
        os.kill(int(program.says()), signal.SIGSEGV)
    assert program.ends() == 128 + signal.SIGSEGV


def test_a_stop_ends_the_worker_in_its_own_way_and_no_other_follows(program: Program) -> None:
    worker = int(program.says())
    os.kill(program.pid, signal.SIGTERM)
    assert program.ends() == 7  # the worker's exit code
    assert not _is_running(worker)


def test_an_operators_signal_reaches_the_worker(program: Program) -> None:
    program.says()
    os.kill(program.pid, signal.SIGUSR1)
    assert program.says() == "asked"


def test_a_worker_dies_with_its_parent(program: Program) -> None:
    worker = int(program.says())
    program.kill()
    _wait_for(lambda: not _is_running(worker))


def test_what_workers_need_is_loaded_once_in_the_parent() -> None:
    service = Program(SERVICE, RAGLINE_PROCESS__RESPAWNS="2", RAGLINE_HTTP__PORT="0")
    try:
        said = [service.says().split() for _ in range(2)]
        while said[-1][0] != "works":  # lines of the log
            said.append(service.says().split())
        os.kill(int(said[-1][1]), signal.SIGKILL)
        while [each[0] for each in said].count("works") < 2:
            said.append(service.says().split())
    finally:
        service.close()
    assert [each[1] for each in said if each[0] == "preloaded"] == [str(service.pid)]
    assert len({each[1] for each in said if each[0] == "works"}) == 2


def _is_running(pid: int) -> bool:
    """Return whether a process is there and has not ended, waiting for somebody to notice."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)
