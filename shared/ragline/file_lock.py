"""Locks between processes: held as long as a file is open, so that no death leaves one behind."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_S = 0.2


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open the lock `path`, which is made if it is missing; closing it ends the lock."""
    # Child processes do not inherit the descriptor (PEP 446)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def taken(descriptor: int) -> bool:
    """Take the lock, without waiting; return whether it was free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def one_at_a_time(path: Path, *, pause: Callable[[float], object] = time.sleep) -> Iterator[None]:
    """Wait for the lock `path`, and hold it.

    Args:
        path: of the lock; its folder is made.
        pause: waits for some seconds between two looks; what it raises ends the wait.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened(path) as descriptor:
        while not taken(descriptor):
            pause(_LOOK_S)
        yield
