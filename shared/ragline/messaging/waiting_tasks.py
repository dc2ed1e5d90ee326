"""Records that were taken and only wait: for their turn, or for their delay to pass.

Nothing has been done for them, so they are given up at once when their partition goes or the
service stops, whoever is next runs them, and no progress of theirs is missed by liveness.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class WaitingTasks:
    """The tasks of records that only wait."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()

    @contextmanager
    def here(self) -> Iterator[None]:
        """Have the current task count as waiting while the block runs."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can wait here")
        self.tasks.add(task)
        try:
            yield
        finally:
            self.tasks.discard(task)
