"""Records that were fetched and wait: for their turn, their delay, or what they ask for.

Nothing was done for them that cannot be repeated. So they are cancelled at once when their
partition is revoked or the service stops, and the partition's next owner runs them. Liveness does
not expect progress of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class WaitingTasks:
    """The tasks of records that wait."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()
        self.left_at = 0.0  # when a task last stopped waiting, in the event loop's seconds

    @contextmanager
    def here(self) -> Iterator[None]:
        """Count the current task as waiting while the block runs."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can wait here")
        self.tasks.add(task)
        try:
            yield
        finally:
            self.tasks.discard(task)
            self.left_at = asyncio.get_running_loop().time()
