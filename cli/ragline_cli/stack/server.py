"""A handle for one server of the stack: start, stop, kill, and restart on the same data."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Self, TypeVar

from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.processes import Command, end, kill_group, spawn, tail

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
    start_timeout_s = 120.0
    stop_grace_s = 15.0

    def __init__(self, folder: Path, *, log: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.log = log or self.folder / f"{self.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self, cancel: Event) -> None:
        """Install what is missing and set up the data folder; fast if nothing is missing."""

    @abstractmethod
    def command(self) -> Command:
        """Return what to run, in the foreground."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Return whether the server answers a real request."""

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
        """What a long preparation is doing now, for a progress line; empty if there is none."""
        return ""

    def start(
        self, cancel: Event | None = None, on_launched: Callable[[], None] = lambda: None
    ) -> Self:
        """Start the server and wait until it answers; does nothing when it runs already.

        Args:
            cancel: another thread sets it to end the attempt.
            on_launched: called as soon as the process exists.

        Raises:
            StackError: it could not be installed, ended early, or was not ready in time.
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

    def _wait(self, cancel: Event) -> None:
        """Wait until the server answers."""
        until = time.monotonic() + self.start_timeout_s
        while not self.is_ready():
            if not self.running:
                raise StackError(f"{self.name} ended while starting\n{tail(self.log)}")
            if time.monotonic() > until:
                raise StackError(
                    f"{self.name} was not ready within {self.start_timeout_s:.0f} s\n"
                    f"{tail(self.log)}"
                )
            if cancel.wait(_POLL_S):
                raise Cancelled(f"stopped while {self.name} was starting")


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
