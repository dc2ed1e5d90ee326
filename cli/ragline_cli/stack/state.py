"""The state file of a started stack, which `status`, `down` and the clients read.

The launcher holds a lock on the folder as long as it lives, and the kernel releases the lock when
the process ends. So a state file without a held lock is stale, whatever process ids it names.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError

from ragline import file_lock
from ragline_cli.stack.addresses import Addresses

if TYPE_CHECKING:
    import psutil

_STATE = "state.json"
_LOCK = "lock"
_CLOCK_TOLERANCE_S = 1.0


class StackKind(StrEnum):
    """Which vector store a stack has: PostgreSQL with pgvector, Weaviate, Chroma or Qdrant."""

    EMBEDDED = "embedded"
    REAL = "real"
    CHROMA = "chroma"
    QDRANT = "qdrant"


class Phase(StrEnum):
    """The phase of a stack's life."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class ProcessId(BaseModel):
    """A process id with the process's start (epoch seconds), to detect that the id was reused."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """Return the running process `pid`, or None if there is none."""
        import psutil

        try:
            return cls(pid=pid, created=psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    @classmethod
    def own(cls) -> ProcessId:
        """Return this process."""
        import psutil

        return cls(pid=os.getpid(), created=psutil.Process().create_time())

    def find(self) -> psutil.Process | None:
        """Return the process if it still runs; None if it has ended or its id was reused."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _CLOCK_TOLERANCE_S
        except psutil.NoSuchProcess:
            return None
        return process if same else None


def _told(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _found(path: object) -> object:
    return os.fsdecode(path.encode("utf-8")) if isinstance(path, str) else path


# In the file in UTF-8, whatever the encoding of names in the locale of who writes and who reads it
_NamedPath = Annotated[Path, PlainSerializer(_told), BeforeValidator(_found)]


class ServiceState(BaseModel):
    """One service: `health` is its readiness probe's URL."""

    model_config = ConfigDict(frozen=True)

    health: str
    pid: int | None
    log: _NamedPath


class StackState(BaseModel):
    """One started stack."""

    model_config = ConfigDict(frozen=True)

    stack: StackKind
    phase: Phase
    launcher: ProcessId
    processes: dict[str, ProcessId]
    addresses: Addresses
    services: dict[str, ServiceState]
    logs: _NamedPath

    def write(self, folder: Path) -> None:
        """Replace the state file atomically; it holds passwords, so only its owner may read it."""
        unfinished = folder / f"{_STATE}.new"
        unfinished.touch(mode=0o600)
        unfinished.write_text(self.model_dump_json(indent=2), encoding="utf-8")
        unfinished.replace(folder / _STATE)


def read_state(folder: Path) -> StackState | None:
    """Return the state of the stack that is running in `folder`; None if none is."""
    return recorded_state(folder) if is_locked(folder) else None


def recorded_state(folder: Path) -> StackState | None:
    """Return the recorded state, stale or not; None if there is no readable one."""
    try:
        return StackState.model_validate_json((folder / _STATE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def forget_state(folder: Path) -> None:
    """Remove the state file."""
    (folder / _STATE).unlink(missing_ok=True)


def is_locked(folder: Path) -> bool:
    """Return whether a launcher is running for `folder`."""
    if not (folder / _LOCK).exists():
        return False
    with file_lock.opened(folder / _LOCK) as descriptor:
        return not file_lock.taken(descriptor)


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock; yield False, without waiting, if another launcher holds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file_lock.opened(folder / _LOCK) as descriptor:
        yield file_lock.taken(descriptor)
