"""The inbox of one reader, filled from the token streams and from `answers`."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from ragline.adapters.redis.entries import Entry


@dataclass(frozen=True, slots=True)
class Answer:
    """The terminal answer: the JSON of its event."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """Entries may be missing: the reader must catch up from the stream."""


@dataclass(frozen=True, slots=True)
class Closing:
    """This replica stops: the client should reconnect to another one."""


Arrival = Entry | Answer | Lost | Closing

# Capacity: a slower reader loses the queued entries and catches up from the stream
_MOST = 1_000


class Mailbox:
    """A bounded queue: for a slow reader it drops entries instead of growing."""

    def __init__(self) -> None:
        self._arrived: deque[Arrival] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def put(self, arrival: Arrival) -> None:
        """Add an arrival."""
        if len(self._arrived) >= _MOST:
            kept = [each for each in self._arrived if not isinstance(each, Entry)]
            self._arrived = deque([Lost(), *kept])
        self._arrived.append(arrival)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def entry(self, entry: Entry | None) -> None:
        """Add an entry; None says that some may be missing."""
        self.put(Lost() if entry is None else entry)

    def answer(self, data: bytes) -> None:
        """Add the answer."""
        self.put(Answer(data))

    async def next(self, timeout_s: float) -> Arrival | None:
        """Return the oldest arrival, or None if none comes within `timeout_s` seconds."""
        if not self._arrived:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._waiting
            except TimeoutError:
                return None
            finally:
                self._waiting = None
        return self._arrived.popleft()
