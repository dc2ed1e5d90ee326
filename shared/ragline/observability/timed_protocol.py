"""Ends connections whose request does not arrive in time.

The server's own time limit is for connections on which nothing is sent. A client that sends a
header or a body byte by byte would keep its connection for ever, and with enough of them all of
the process's.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

# How long the client may take to receive the refusal
_LINGER_S = 1.0
_PROBLEM = json.dumps(
    {
        "type": "urn:ragline:problem:request-timeout",
        "title": "The request did not arrive in time",
        "status": 408,
        "code": "request-timeout",
    }
).encode()
_REFUSAL = (
    b"HTTP/1.1 408 Request Timeout\r\n"
    b"content-type: application/problem+json\r\n"
    b"content-length: %d\r\n"
    b"connection: close\r\n\r\n%b"
) % (len(_PROBLEM), _PROBLEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTimes:
    """Seconds within which a request's line and headers must arrive, and then its body."""

    header_s: float = 10.0
    body_s: float = 120.0


class _Arriving(Enum):
    HEADER = "header"
    BODY = "body"


class TimedProtocol(asyncio.Protocol):
    """An HTTP protocol of uvicorn's with time limits on the arrival of each request.

    The time for headers begins with the connection, and after a response with the first byte of
    the next request; what is still sent of a body after its response counts as that. The time for
    the body begins with the end of the headers. Responses take as long as they need.

    Args:
        inner: the protocol; its `cycle` is the latest request whose headers are complete.
        times: the limits.
        loop: runs the timers.
    """

    def __init__(self, inner: Any, *, times: RequestTimes, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._times = times
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._awaited: tuple[_Arriving | None, object] = (None, None)
        self._timer: asyncio.TimerHandle | None = None
        self._received = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first headers."""
        self._transport = cast("asyncio.Transport", transport)
        self._inner.connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Pass `data` on, and note what is awaited after it."""
        self._received = True
        self._inner.data_received(data)
        self._look()

    def eof_received(self) -> bool | None:
        """Pass the end of the input on."""
        ended: bool | None = self._inner.eof_received()
        return ended

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._await(None, None)
        self._transport = None
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on that the client reads slowly."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the client has caught up."""
        self._inner.resume_writing()

    def _look(self) -> None:
        cycle = self._inner.cycle
        if cycle is None or cycle.response_complete:
            self._await(_Arriving.HEADER, cycle)
        elif cycle.more_body:
            self._await(_Arriving.BODY, cycle)
        else:
            self._await(None, cycle)

    def _await(self, arriving: _Arriving | None, cycle: object) -> None:
        """Start the timer of what is awaited, unless it runs already."""
        if self._awaited == (arriving, cycle) and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._awaited = (arriving, cycle)
        if arriving is not None:
            header = arriving is _Arriving.HEADER
            seconds = self._times.header_s if header else self._times.body_s
            self._timer = self._loop.call_later(seconds, self._end)

    def _end(self) -> None:
        self._timer = None
        if self._transport is None or self._transport.is_closing():
            return
        cycle = self._inner.cycle
        answered = cycle is not None and cycle.response_started and not cycle.response_complete
        if answered:
            self._transport.abort()
            return
        if self._received:
            self._transport.write(_REFUSAL)
        self._transport.close()
        # it may wait for a client that reads nothing
        self._loop.call_later(_LINGER_S, self._transport.abort)
