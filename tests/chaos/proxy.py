"""A TCP proxy that injects network faults, on an event loop in a separate thread.

Similar to Shopify's toxiproxy, which is a Go binary; this one needs no installation.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Self

_CHUNK = 65_536
_LOOPBACK = "127.0.0.1"


class Proxy:
    """Forwards connections to `target`, a port of loopback; a context manager.

    Args:
        target: the port to forward to.
        port: the port to listen on; a free one when null.
    """

    def __init__(self, target: int, *, port: int | None = None) -> None:
        self.target = target
        self.port = port or 0
        self._delay_s = 0.0
        self._refusing = False
        self._passing = asyncio.Event()
        self._passing.set()
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.StreamWriter] = set()
        self._started = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start listening."""
        self._thread.start()
        self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        """Close everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut(self, *, refuse: bool = False) -> None:
        """Reset every connection; `refuse` also turns away new ones until `heal`."""
        self._refusing = refuse
        self._loop.call_soon_threadsafe(self._reset_all)

    def delay(self, seconds: float) -> None:
        """Delay all data by some seconds, in both directions."""
        self._delay_s = seconds

    def hold(self) -> None:
        """Take connections and data and pass nothing on, until `heal`: a black hole.

        What was held goes on afterwards, as after TCP's retransmissions.
        """
        self._loop.call_soon_threadsafe(self._passing.clear)

    def heal(self) -> None:
        """End all faults."""
        self._refusing = False
        self._delay_s = 0.0
        self._loop.call_soon_threadsafe(self._passing.set)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, _LOOPBACK, self.port)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        self._reset_all()
        # Python 3.11's streams log the cancellation of a connection's task as an error
        self._loop.set_exception_handler(lambda *_: None)
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        # a connection is closed by the loop's next turn
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._connected(writer):
            if self._refusing:
                _reset(writer)
                return
            await self._passing.wait()
            try:
                there = await asyncio.open_connection(_LOOPBACK, self.target)
            except OSError:
                _reset(writer)
                return
            with self._connected(there[1]):
                await asyncio.gather(self._pump(reader, there[1]), self._pump(there[0], writer))

    @contextmanager
    def _connected(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        """Keep a connection among those to reset, and close it at the end."""
        self._connections.add(writer)
        try:
            yield
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()

    def _reset_all(self) -> None:
        for writer in list(self._connections):
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crash does, with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
