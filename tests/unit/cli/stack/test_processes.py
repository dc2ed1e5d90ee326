import sys
import time
from pathlib import Path
from threading import Event, Timer

import psutil
import pytest
from tests.patience import PATIENCE_S

from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.processes import Command, end, run, spawn, tail


def python(code: str) -> Command:
    return Command(argv=(sys.executable, "-c", code))


def test_a_failed_command_shows_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with pytest.raises(StackError, match=r"(?s)making x failed with code 3.*disk is full"):
        run(
            python("print('disk is full'); raise SystemExit(3)"),
            log,
            cancel=Event(),
            what="making x",
        )


def test_cancelling_a_command_ends_its_children_too(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    log, cancel = tmp_path / "x.log", Event()
    timer = Timer(0, cancel_once_written, (cancel, log))
    timer.start()
    with pytest.raises(Cancelled, match="stopped while making x"):
        run(python(code), log, cancel=cancel, what="making x")
    assert gone(int(log.read_text()))


def cancel_once_written(cancel: Event, log: Path) -> None:
    while not log.exists() or not log.read_text().strip():
        time.sleep(0.02)
    cancel.set()


def gone(pid: int) -> bool:
    until = time.monotonic() + PATIENCE_S
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)"
    )
    process = spawn(python(code), log)
    while not log.read_text():
        time.sleep(0.02)
    end(process, grace_s=0.2)
    assert process.returncode == -9


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="cannot run /no/such/program"):
        spawn(Command(argv=("/no/such/program",)), tmp_path / "x.log")


def test_the_tail_names_the_log_and_keeps_the_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("".join(f"line {n}\n" for n in range(100)))
    assert tail(log, lines=2) == f"last lines of {log}:\n  line 98\n  line 99"
    assert tail(tmp_path / "missing") == f"last lines of {tmp_path / 'missing'}:"
