"""The ingestors of further indexes in a running stack: started, kept running and stopped."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import Service
from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.processes import Command
from ragline_cli.stack.services import ServiceProcess

_FILE = "ingestors.json"
_AGAIN_S = 2.0


def wanted_indexes(data: Path) -> tuple[str, ...]:
    """Return which indexes of a stack have an ingestor; `data` is the folder of its data."""
    try:
        found = json.loads((data / _FILE).read_text(encoding="utf-8"))
        return tuple(str(each) for each in found)
    except (FileNotFoundError, ValueError):
        return (BASE_INDEX,)


def want_indexes(data: Path, names: Iterable[str]) -> None:
    """Say which indexes shall have an ingestor, now and after each start of the stack."""
    unfinished = data / f"{_FILE}.new"
    unfinished.write_text(json.dumps(list(names)), encoding="utf-8")
    unfinished.replace(data / _FILE)


def forget_indexes(data: Path) -> None:
    """Leave only the base index, for a stack whose data is deleted."""
    (data / _FILE).unlink(missing_ok=True)


class IndexIngestor(ServiceProcess):
    """The ingestor of a further index: it gives way, because questions are asked meanwhile.

    Args:
        index: the name of the index.
        folder: the working directory.
        addresses: settings with the stack's addresses.
        logs: the folder of its log.
    """

    def __init__(
        self, index: str, folder: Path, *, addresses: Mapping[str, str], logs: Path
    ) -> None:
        name = f"ingestor@{index}"
        super().__init__(
            Service.INGESTOR,
            folder,
            addresses={**addresses, "RAGLINE_INGESTOR__INDEX": index},
            log=logs / f"{name}.log",
            name=name,
        )

    def command(self) -> Command:
        """Return the service's command line, at the lowest priority where the system has `nice`."""
        given, nice = super().command(), shutil.which("nice")
        return replace(given, argv=(nice, "-n", "19", *given.argv)) if nice else given


class IndexIngestors:
    """One process for each further index.

    Args:
        folder: the working directory.
        data: the folder of the stack's data.
        addresses: settings with the stack's addresses.
        logs: the folder of the logs.
        on_change: called after a process was started or stopped.
    """

    def __init__(
        self,
        folder: Path,
        data: Path,
        *,
        addresses: Mapping[str, str],
        logs: Path,
        on_change: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._data = data
        self._addresses = addresses
        self._logs = logs
        self._on_change = on_change
        self._cancel = Event()
        self._started: dict[str, float] = {}
        self._threads: dict[str, Thread] = {}
        self._base = True
        self.processes: dict[str, ServiceProcess] = {}

    def look(self) -> None:
        """Start what is missing or has died, and stop what is not wanted any more."""
        wanted = wanted_indexes(self._data)
        names = set(wanted) - {BASE_INDEX}
        if self._base != (BASE_INDEX in wanted):  # its ingestor ends by itself
            self._base = not self._base
            self._on_change()
        for name in names:
            self._keep(name)
        for name in self.processes.keys() - names:
            self.processes.pop(name).stop()
            self._on_change()

    def stop(self) -> None:
        """Stop all of them."""
        self._cancel.set()
        for process in self.processes.values():
            process.stop()
        for thread in self._threads.values():
            thread.join()

    def _keep(self, name: str) -> None:
        process = self.processes.get(name)
        starting = name in self._threads and self._threads[name].is_alive()
        if starting or (process is not None and process.running):
            return
        if time.monotonic() - self._started.get(name, -_AGAIN_S) < _AGAIN_S:
            return
        self._started[name] = time.monotonic()
        if process is None:
            process = self.processes[name] = IndexIngestor(
                name, self._folder, addresses=self._addresses, logs=self._logs
            )
        self._threads[name] = Thread(target=self._start, args=(process,), daemon=True)
        self._threads[name].start()

    def _start(self, process: ServiceProcess) -> None:
        try:
            process.start(self._cancel, on_launched=self._on_change)
        except (Cancelled, StackError):  # its log says why; the next look starts it again
            if not self._cancel.is_set():
                self._on_change()
