"""Follows a question until its answer arrives, without losing or repeating an entry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from ragline.adapters.redis.entries import Entry, entry_order
from ragline.adapters.redis.hub import RedisHub
from ragline.clock import Clock
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable
from ragline_gateway.answers.waiters import Waiters
from ragline_gateway.queries.lookup import Lookup
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.streams.mailbox import Answer, Closing, Lost, Mailbox

START = "0"
# Grace after the deadline: the pipeline itself publishes `expired` then
_GRACE_S = 30.0


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing has arrived for a while."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """No answer has arrived, not even `expired`."""


Followed = Entry | Answer | Silence | Closing | GaveUp


class Readers:
    """All readers of this replica.

    Args:
        waiting: delivers answers.
        hub: delivers stages and tokens.
        looking: finds answers that were published before the reader started.
        clock: the time against which deadlines are checked.
        ping_s: seconds without an event after which `Silence` is yielded.
        most: maximum number of concurrent readers.
        on_change: called with the number of readers.
    """

    def __init__(
        self,
        *,
        waiting: Waiters,
        hub: RedisHub,
        looking: Lookup,
        clock: Clock,
        ping_s: float,
        most: int,
        on_change: Callable[[int], None],
    ) -> None:
        self._waiting = waiting
        self._hub = hub
        self._looking = looking
        self._clock = clock
        self._ping_s = ping_s
        self._most = most
        self._on_change = on_change
        self._open: set[Mailbox] = set()
        self._closing = False

    @property
    def count(self) -> int:
        """How many readers there are."""
        return len(self._open)

    @property
    def full(self) -> bool:
        """Whether the maximum number of readers is reached."""
        return self._closing or len(self._open) >= self._most

    def close(self) -> None:
        """Tell every reader to reconnect to another replica."""
        self._closing = True
        for mailbox in tuple(self._open):
            mailbox.put(Closing())

    async def follow(
        self, record: QueryRecord, last_id: str = START
    ) -> AsyncGenerator[Followed, None]:
        """Yield the events of a question after `last_id`, with the answer last.

        While Redis is down only the answer arrives, through Kafka. `Answer`, `Closing` and `GaveUp`
        end the iteration.
        """
        async with self._mailbox(record) as mailbox:
            reader = _Reader(self._hub, record.ref, last_id)
            early = await self._looking.answer_if_known(record)
            for entry in await reader.catch_up():
                yield entry
            if early is not None:
                yield Answer(early)
                return
            async for followed in self._arriving(record, mailbox, reader):
                yield followed

    async def answer(self, record: QueryRecord, *, within_s: float) -> bytes | None:
        """Return the answer, or None if none arrives within `within_s` seconds."""
        arrived: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def deliver(data: bytes) -> None:
            if not arrived.done():
                arrived.set_result(data)

        with self._waiting.joined(record.ref, record.digest, deliver):
            if (early := await self._looking.answer_if_known(record)) is not None:
                return early
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    return await arrived
        return None

    @asynccontextmanager
    async def _mailbox(self, record: QueryRecord) -> AsyncIterator[Mailbox]:
        mailbox = Mailbox()
        async with AsyncExitStack() as stack:
            stack.enter_context(self._waiting.joined(record.ref, record.digest, mailbox.answer))
            with suppress(Unavailable):
                await stack.enter_async_context(self._hub.joined(record.ref, mailbox.entry))
            self._open.add(mailbox)
            self._on_change(len(self._open))
            try:
                if self._closing:
                    mailbox.put(Closing())
                yield mailbox
            finally:
                self._open.discard(mailbox)
                self._on_change(len(self._open))

    async def _arriving(
        self, record: QueryRecord, mailbox: Mailbox, reader: _Reader
    ) -> AsyncIterator[Followed]:
        while True:
            arrival = await mailbox.next(self._ping_s)
            match arrival:
                case None:
                    yield Silence()
                case Lost() | Entry():
                    for entry in await reader.taken(arrival):
                        yield entry
                case last:
                    yield last
                    return
            if self._too_late(record):
                yield GaveUp()
                return

    def _too_late(self, record: QueryRecord) -> bool:
        return (self._clock() - record.deadline).total_seconds() > _GRACE_S


class _Reader:
    """The position of one reader in its stream."""

    def __init__(self, hub: RedisHub, query: QueryRef, last_id: str) -> None:
        self._hub = hub
        self._query = query
        self._last_id = last_id
        self._last = entry_order(last_id)

    async def catch_up(self) -> list[Entry]:
        """Return the stream's entries after the last one seen; none while Redis is down."""
        try:
            found = await self._hub.catch_up(self._query, self._last_id)
        except Unavailable:
            return []
        for entry in found:
            self._note(entry)
        return found

    async def taken(self, entry: Entry | Lost) -> list[Entry]:
        """Return the unseen entries up to `entry`, including missed ones."""
        if isinstance(entry, Lost):
            return await self.catch_up()
        if entry.order <= self._last:
            return []
        if self._follows(entry):
            self._note(entry)
            return [entry]
        found = await self.catch_up()
        if entry.order > self._last:  # the stream has been trimmed, or Redis is unreachable
            self._note(entry)
            found.append(entry)
        return found

    def _follows(self, entry: Entry) -> bool:
        attempt, seq = entry.order
        if attempt == 0:
            return True  # a stage: one may be skipped
        return seq == 0 if attempt != self._last[0] else seq == self._last[1] + 1

    def _note(self, entry: Entry) -> None:
        self._last_id, self._last = entry.id, entry.order
