"""The start of a server: it waits as long as the process lives, and no longer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import free_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

FOR_EVER = "import time; print('started', flush=True); time.sleep(600)"
SILENT = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
connection, _ = listener.accept()
print("connected", flush=True)
time.sleep(600)
"""
ENDS = SILENT.replace("time.sleep(600)", "sys.exit('the disk is full')")


class PythonServer(Server):
    """Runs `code` as its process and asks `probe` whether it is ready."""

    name = "python"

    def __init__(
        self, folder: Path, code: str, probe: Callable[[], str | None], *arguments: str
    ) -> None:
        super().__init__(folder)
        self._argv = (sys.executable, "-c", code, *arguments)
        self._asked = probe

    def prepare(self, cancel: Event) -> None:
        """Nothing to prepare."""

    def command(self) -> Command:
        return Command(argv=self._argv)

    def probe(self) -> str | None:
        return self._asked()


def silent(folder: Path, code: str) -> PythonServer:
    """Return a server whose process accepts the probe's connection and never answers it."""
    port = free_port()

    def probe() -> None:
        http_get(f"http://127.0.0.1:{port}/", timeout_s=600)

    return PythonServer(folder, code, probe, str(port))


def test_answers_that_come_late_do_not_end_the_start(tmp_path: Path) -> None:
    outcomes: Iterator[OSError | str] = iter(
        [TimeoutError("timed out"), ConnectionError("reset"), "its data is loaded"]
    )
    told: list[str] = []

    def probe() -> str | None:
        told.append(server.activity)
        outcome = next(outcomes, None)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    server = PythonServer(tmp_path, FOR_EVER, probe)
    server.start()
    try:
        assert server.running
        assert told == [
            "",
            "it does not answer yet (timed out)",
            "it does not answer yet (reset)",
            "its data is loaded",
        ]
        assert server.activity == ""
    finally:
        server.kill()


def test_a_request_to_stop_ends_a_probe_that_nobody_answers(tmp_path: Path) -> None:
    server, cancel = silent(tmp_path, SILENT), Event()

    def cancel_once_connected() -> None:
        while not (server.log.exists() and "connected" in server.log.read_text()):
            cancel.wait(0.02)
        cancel.set()

    thread = Thread(target=cancel_once_connected)
    thread.start()
    with pytest.raises(Cancelled, match="stopped while python was starting"):
        server.start(cancel)
    thread.join()
    assert not server.running


def test_a_process_that_ends_while_it_is_asked_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"(?s)python ended while starting.*the disk is full"):
        silent(tmp_path, ENDS).start()


def test_an_error_that_time_does_not_mend_ends_the_start(tmp_path: Path) -> None:
    def probe() -> None:
        raise StackError("the password is wrong")

    server = PythonServer(tmp_path, FOR_EVER, probe)
    with pytest.raises(StackError, match="the password is wrong"):
        server.start()
    assert not server.running
