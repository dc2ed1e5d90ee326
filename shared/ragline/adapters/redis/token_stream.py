"""The token stream on Redis Streams: what the generator writes.

`ragline:tokens/{tenant}/{query_id}` holds entries `{attempt, seq, delta}` and ends an attempt with
`{attempt, seq, status}`. `seq` counts from 0 (the start, an empty delta) without gaps, so a reader
notices lost text. A redelivery begins a higher attempt, and readers drop the text of earlier ones.
`token_reader` is the reading side.

An entry's id is `attempt-seq`. Redis accepts only ids higher than the last one, so two kinds of
late entries are never stored after those of the next attempt: calls that the client silently
retries, and what a dying attempt still had in flight. Each entry is also published on the channel
of the same name (`entries`), for processes in which thousands of readers share one connection.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

from redis.typing import EncodableT, FieldT

from ragline.adapters.redis.entries import NewEntry, add_entries
from ragline.adapters.redis.optional import OptionalRedis
from ragline.adapters.redis.query_keys import query_key
from ragline.clock import Monotonic
from ragline.contracts.base import QueryRef

# Far more than are ever in flight; attempts whose work was cancelled never call `finish`
_ATTEMPTS_KEPT = 1_024


def attempts_key(query: QueryRef) -> str:
    """Return the key that counts the query's attempts."""
    return query_key("attempts", query)


def cancel_key(query: QueryRef) -> str:
    """Return the key whose presence requests that the answer be stopped."""
    return query_key("cancel", query)


@dataclass(slots=True)
class _Attempt:
    number: int
    seq: int = 0
    pieces: list[str] = field(default_factory=list)
    due: float = 0.0
    finishing: asyncio.Event = field(default_factory=asyncio.Event)
    flusher: asyncio.Task[None] | None = None


class RedisTokenStream:
    """Port `TokenStream`. `append` only buffers; a task per attempt sends the buffered text.

    `append` never waits. When Redis hangs, `start`, `finish` and `cancelled` wait once for the
    client's time limit (not at all when the connection is refused); then Redis is not called for a
    while, and nothing waits for it. Readers cannot slow the writer down: entries beyond `maxlen`
    are dropped whether they were read or not.

    Args:
        redis: the client; not called for a while after a failure, and text is dropped.
        ttl_s: seconds that a stream outlives its last entry.
        maxlen: entries that a stream keeps at most (approximately).
        coalesce_s: text that arrives within this time goes out as one entry.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        redis: OptionalRedis,
        *,
        ttl_s: int,
        maxlen: int,
        coalesce_s: float,
        clock: Monotonic = time.monotonic,
    ) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._maxlen = maxlen
        self._coalesce_s = coalesce_s
        self._clock = clock
        self._attempts: dict[QueryRef, _Attempt] = {}

    async def start(self, query: QueryRef) -> int:
        """Begin an attempt and return its number; 0 when Redis is down: nothing is streamed then.

        Unsent text of the previous attempt is dropped: no reader would show it any more.
        """
        await self._drop(self._attempts.pop(query, None))
        number = await self._next_number(query)
        if number == 0:
            return 0
        attempt = _Attempt(number)
        self._attempts[query] = attempt
        while len(self._attempts) > _ATTEMPTS_KEPT:
            del self._attempts[next(iter(self._attempts))]
        await self._add(query, attempt, {"delta": ""})
        return number

    async def append(self, query: QueryRef, *, attempt: int, text: str) -> None:
        """Buffer `text` and schedule sending it soon; never waits for Redis."""
        current = self._attempts.get(query)
        if current is None or current.number != attempt or not text:
            return
        current.pieces.append(text)
        if current.flusher is None or current.flusher.done():
            current.flusher = asyncio.create_task(self._flush_until_empty(query, current))

    async def finish(self, query: QueryRef, *, attempt: int, status: str) -> None:
        """Send the buffered text and the attempt's last entry."""
        current = self._attempts.get(query)
        if current is None or current.number != attempt:
            return
        current.finishing.set()
        if current.flusher is not None:
            await current.flusher
        del self._attempts[query]
        await self._add(query, current, {"status": status})

    async def cancelled(self, query: QueryRef) -> bool:
        """Tell whether the cancel key is there; False when Redis is down."""
        if self._redis.away:
            return False
        found = 0
        with self._redis.trying("cancelled"):
            found = await self._redis.client.exists(cancel_key(query))
        return bool(found)

    async def _drop(self, attempt: _Attempt | None) -> None:
        if attempt is not None and attempt.flusher is not None:
            attempt.pieces.clear()
            attempt.finishing.set()
            await attempt.flusher

    async def _next_number(self, query: QueryRef) -> int:
        if not self._redis.may("start"):
            return 0
        number: int = 0
        with self._redis.trying("start"):
            async with self._redis.client.pipeline(transaction=True) as transaction:
                transaction.incr(attempts_key(query))
                # it must outlive the stream, or a later attempt would reuse ids
                transaction.expire(attempts_key(query), 2 * self._ttl_s)
                number = int((await transaction.execute())[0])
        return number

    async def _flush_until_empty(self, query: QueryRef, attempt: _Attempt) -> None:
        while attempt.pieces:
            with suppress(TimeoutError):
                async with asyncio.timeout(attempt.due - self._clock()):
                    await attempt.finishing.wait()
            if not attempt.pieces:
                return
            text, attempt.pieces = "".join(attempt.pieces), []
            await self._add(query, attempt, {"delta": text})
            attempt.due = self._clock() + self._coalesce_s

    async def _add(
        self, query: QueryRef, attempt: _Attempt, fields: dict[FieldT, EncodableT]
    ) -> None:
        entry: dict[FieldT, EncodableT] = {"attempt": attempt.number, "seq": attempt.seq, **fields}
        entry_id = f"{attempt.number}-{attempt.seq}"
        attempt.seq += 1
        if not self._redis.may("append"):
            return
        with self._redis.trying("append"):
            await add_entries(
                self._redis.client,
                [NewEntry(query, entry_id, entry)],
                maxlen=self._maxlen,
                ttl_s=self._ttl_s,
            )
