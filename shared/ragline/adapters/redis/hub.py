"""The token streams of many queries over one connection, for a process with thousands of readers.

`XREAD BLOCK` needs, for each wait, a connection of its own or a command that names every key; with
pub/sub each message is sent once over a shared connection. Pub/sub may lose messages, so a reader
catches up from the stream itself when it joins, when a sequence number is missing, and after the
connection was lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from ragline.adapters.redis.client import translated
from ragline.adapters.redis.entries import Entry, entries_after, published_entry, tokens_key
from ragline.background import beside
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable

log = logging.getLogger(__name__)

_RECONNECT_S = 0.5
_POLL_S = 1.0
# Polls in a row that bring nothing, not even the reply to a ping, before the connection is given
# up. They are counted rather than timed, because a process that was stopped has data to read.
_MOST_SILENT_POLLS = 3
# The hub's own subscription: redis-py reads only while there is at least one
_KEEPALIVE = "ragline:hub"

Deliver = Callable[[Entry | None], None]


class RedisHub:
    """Hands each entry to the readers of its query.

    A reader is a function; it gets None when entries may have been lost and it should catch up.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._pubsub: PubSub = redis.pubsub()
        self._readers: dict[bytes, set[Deliver]] = {}
        self._confirmed: dict[bytes, asyncio.Future[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def joined(self, query: QueryRef, deliver: Deliver) -> AsyncIterator[None]:
        """Hand the query's entries to `deliver` while the block runs.

        Entries published after the block was entered are delivered; read earlier ones from the
        stream.

        Raises:
            Unavailable: Redis is down.
        """
        channel = tokens_key(query).encode()
        readers = self._readers.setdefault(channel, set())
        readers.add(deliver)
        try:
            await self._subscribed(channel)
            yield
        finally:
            readers.discard(deliver)
            if not readers and self._readers.get(channel) is readers:
                del self._readers[channel]
                self._confirmed.pop(channel, None)
                await self._unsubscribed(channel)

    async def catch_up(self, query: QueryRef, last_id: str) -> list[Entry]:
        """Return the entries stored after `last_id`, oldest first.

        Raises:
            Unavailable: Redis is down.
        """
        return await entries_after(self._redis, query, last_id)

    async def _subscribed(self, channel: bytes) -> None:
        confirmed = self._confirmed.get(channel)
        if confirmed is None:
            confirmed = asyncio.get_running_loop().create_future()
            self._confirmed[channel] = confirmed
            with translated("subscription to a token stream"):
                async with self._writing:
                    await self._pubsub.subscribe(channel)
        try:
            async with asyncio.timeout(_POLL_S):
                await asyncio.shield(confirmed)
        except TimeoutError as error:
            raise Unavailable("subscription to a token stream: Redis does not answer") from error

    async def _unsubscribed(self, channel: bytes) -> None:
        """Wait until `channel` is left. That goes on where the wait is cancelled.

        A web server cancels a reader whose client has gone at each wait of its clean-up, too.
        """
        leaving = asyncio.create_task(self._unsubscribe(channel))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        await asyncio.shield(leaving)

    async def _unsubscribe(self, channel: bytes) -> None:
        with suppress(RedisError, OSError):
            async with self._writing:
                if channel not in self._readers and not self._closed:
                    await self._pubsub.unsubscribe(channel)

    async def close(self) -> None:
        """Return the connection to the pool.

        Raises:
            redis.RedisError: Redis is down.
        """
        self._closed = True
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]

    async def run(self) -> None:
        """Read messages until cancelled; reconnect when the connection breaks."""
        lost: Collection[bytes] = ()  # who joins subscribes itself; a second time would tell a loss
        while True:
            try:
                async with self._writing:
                    await self._pubsub.subscribe(_KEEPALIVE, *lost)
                await self._read()
            except (RedisError, OSError) as error:
                log.warning("token streams are interrupted: %r", error)
                await self._renew()
                lost = self._readers.keys()
                await asyncio.sleep(_RECONNECT_S)

    async def _renew(self) -> None:
        async with self._writing:  # a reader that joins just now would open the old one again
            with suppress(RedisError, OSError):
                await self._pubsub.aclose()  # type: ignore[no-untyped-call]
            self._pubsub = self._redis.pubsub()

    async def _read(self) -> None:
        """Read messages; a connection that went silent is noticed by pings without a reply.

        redis-py sends the pings of a subscribed connection, but does not miss their replies.

        Raises:
            redis.ConnectionError: nothing came for a few seconds.
        """
        silent = 0
        while True:
            message = await self._pubsub.get_message(timeout=_POLL_S)
            if message is not None:
                silent = 0
                self._handle(message)
                continue
            silent += 1
            if silent > _MOST_SILENT_POLLS:
                raise RedisConnectionError("no reply to pings")
            async with self._writing:
                await self._pubsub.ping()

    def _handle(self, message: dict[str, Any]) -> None:
        channel: bytes = message["channel"]
        match message["type"]:
            case "message":
                self._publish(channel, message["data"])
            case "subscribe":
                self._confirm(channel)

    def _publish(self, channel: bytes, data: bytes) -> None:
        try:
            entry = published_entry(data)
        except ValueError:
            log.warning("skipped a message on a token stream's channel: it is not an entry")
            return
        for deliver in tuple(self._readers.get(channel, ())):
            deliver(entry)

    def _confirm(self, channel: bytes) -> None:
        confirmed = self._confirmed.get(channel)
        if confirmed is None:
            return
        if confirmed.done():  # subscribed again: messages published in between are lost
            for deliver in tuple(self._readers.get(channel, ())):
                deliver(None)
        else:
            confirmed.set_result(None)


@asynccontextmanager
async def open_hub(redis: Redis) -> AsyncIterator[RedisHub]:
    """Read token streams while the block runs."""
    hub = RedisHub(redis)
    try:
        async with beside(hub.run()):
            yield hub
    finally:
        with suppress(RedisError, OSError):
            await hub.close()
