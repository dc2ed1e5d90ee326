"""Records of one key, one after the other: which task a new one has to wait for."""

from __future__ import annotations

import asyncio
from typing import Any

AnyTask = asyncio.Task[Any]


class KeyOrder:
    """The tasks of each key, in the order of their records."""

    def __init__(self) -> None:
        self._lines: dict[bytes, dict[AnyTask, None]] = {}

    def __len__(self) -> int:
        """Return how many keys have a task."""
        return len(self._lines)

    def last(self, key: bytes) -> AnyTask | None:
        """Return the last task of a key; None if it has none."""
        return next(reversed(self._lines.get(key, {})), None)

    def add(self, key: bytes, task: AnyTask) -> None:
        """Make a task the last one of its key."""
        self._lines.setdefault(key, {})[task] = None

    def remove(self, key: bytes, task: AnyTask) -> None:
        """Forget a task that has ended; one before it, if that still runs, is the last again."""
        line = self._lines[key]
        del line[task]
        if not line:
            del self._lines[key]
