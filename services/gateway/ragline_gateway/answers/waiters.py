"""The callbacks in this process that wait for an answer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Deliver = Callable[[bytes], None]


class Waiters:
    """Delivers an answer to every callback that waits for it.

    An answer is its record's value: UTF-8 JSON of a `QueryAnswered`.
    """

    def __init__(self) -> None:
        self._waiting: dict[bytes, list[Deliver]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @contextmanager
    def joined(self, query_id: str, deliver: Deliver) -> Iterator[None]:
        """Call `deliver` with the query's answer while the block runs."""
        key = query_id.encode()
        waiting = self._waiting.setdefault(key, [])
        waiting.append(deliver)
        try:
            yield
        finally:
            waiting.remove(deliver)
            if not waiting:
                self._waiting.pop(key, None)

    def deliver(self, key: bytes | None, value: bytes | None) -> None:
        """Deliver a record of `answers`; for most records nobody waits, which costs one look-up."""
        if key is None or value is None:
            return
        for deliver in tuple(self._waiting.get(key, ())):
            deliver(value)
