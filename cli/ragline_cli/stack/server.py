"""A handle for one server of the stack: start, stop, kill, and restart on the same data."""

from __future__ import annotations

import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Self, TypeVar

from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.processes import Command, end, kill_group, run, spawn, tail

_POLL_S = 0.05


class Server(ABC):
    """A server process that this process starts and ends.

    Ports are chosen when the handle is created and data is kept in `folder`, so that `start` after
    `stop` or `kill` gives the same server again.

    Args:
        folder: where the server keeps its data; created if missing.
        log: the file for its output; default: `<folder>/<name>.log`.
    """

    name: str
    stop_signal = signal.SIGTERM
    stop_grace_s = 15.0

    def __init__(self, folder: Path, *, log: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.log = log or self.folder / f"{self.name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._activity = ""

    @abstractmethod
    def prepare(self, cancel: Event) -> None:
        """Install what is missing and set up the data folder; fast if nothing is missing."""

    @abstractmethod
    def command(self) -> Command:
        """Return what to run, in the foreground."""

    @abstractmethod
    def probe(self) -> str | None:
        """Send a real request and return what the server still lacks to answer it, or None.

        Raises:
            OSError: it does not answer yet.
            StackError: it never will.
        """

    def lacking(self) -> str | None:
        """Return what the server still lacks to answer a real request; None once it answers.

        Raises:
            StackError: it never will.
        """
        try:
            return self.probe()
        except OSError as error:
            return f"it does not answer yet ({error})"

    def is_ready(self) -> bool:
        """Return whether the server answers a real request. Raises as `lacking`."""
        return self.lacking() is None

    @property
    def pid(self) -> int | None:
        """The process id, or None if the server is not running."""
        return self._process.pid if self._process and self.running else None

    @property
    def running(self) -> bool:
        """Whether the process is alive (it may not be ready yet)."""
        return self._process is not None and self._process.poll() is None

    @property
    def activity(self) -> str:
        """What the start is doing or waiting for now, for a progress line; may be empty."""
        return self._activity

    def start(
        self, cancel: Event | None = None, on_launched: Callable[[], None] = lambda: None
    ) -> Self:
        """Start the server and wait until it answers; does nothing when it runs already.

        The wait has no limit, because nobody knows how slow a busy machine is: it ends with the
        process, with an error that more time would not mend, or with `cancel`.

        Args:
            cancel: another thread sets it to end the attempt.
            on_launched: called as soon as the process exists.

        Raises:
            StackError: it could not be installed, ended early, or can never be ready.
            Cancelled: `cancel` was set meanwhile; nothing is left running.
        """
        if self.running:
            return self
        cancel = cancel or Event()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.prepare(cancel)
        except OSError as error:
            raise StackError(f"cannot prepare {self.name}: {error}") from error
        if cancel.is_set():
            raise Cancelled(f"stopped before {self.name} was started")
        self._process = spawn(self.command(), self.log)
        try:
            on_launched()
            self._wait(cancel)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Stop the server gracefully; kill it if that takes too long."""
        if self._process is not None:
            end(self._process, first=self.stop_signal, grace_s=self.stop_grace_s)

    def kill(self) -> None:
        """Kill the server at once, as a crash would."""
        if self._process is not None:
            kill_group(self._process.pid)
            self._process.wait()

    def delete_data(self) -> None:
        """Delete the server's data. The server must not be running."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: Command, cancel: Event, *, what: str) -> None:
        """Run a step of the preparation to its end. Raises as `processes.run`."""
        self._activity = what
        run(command, self.log, cancel=cancel, what=what)

    def _wait(self, cancel: Event) -> None:
        """Wait until the server answers, in a thread: no probe holds up `cancel` or an early end.

        The killed or ended server closes its connections, and so ends a probe that waits for it.
        """
        self._activity = ""
        with ThreadPoolExecutor(1) as thread:
            while True:
                probing = thread.submit(self.lacking)
                while not (probing.done() or cancel.is_set()) and self.running:
                    wait([probing], timeout=_POLL_S)
                if cancel.is_set():
                    self.kill()
                    raise Cancelled(f"stopped while {self.name} was starting")
                self.require_running("while starting")
                if (lacking := probing.result()) is None:
                    break
                self._activity = lacking
                cancel.wait(_POLL_S)
        self._activity = ""

    def require_running(self, when: str) -> None:
        """Raise a `StackError` with the last lines of the log if the process has ended."""
        if not self.running:
            raise StackError(f"{self.name} ended {when}\n{tail(self.log)}")


ServerT = TypeVar("ServerT", bound=Server)


@contextmanager
def running(server: ServerT, cancel: Event | None = None) -> Iterator[ServerT]:
    """Keep `server` running during a `with` block.

    Raises:
        StackError: as `Server.start` does.
    """
    try:
        server.start(cancel)
        yield server
    finally:
        server.stop()
