"""Serves an ASGI application on its own port while a block runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.server import ServerState

from ragline.background import within
from ragline.errors import Misconfigured
from ragline.observability.timed_protocol import RequestTimes, TimedProtocol

_BACKLOG = 4_096  # thousands of streams reconnect at once when another replica stops
_DATE_EVERY_S = 1.0


_TIMES = RequestTimes()


def _timed(times: RequestTimes) -> type[asyncio.Protocol]:
    """Return what the server calls to make a connection's protocol."""

    def make(
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> TimedProtocol:
        inner = cast("Any", AutoHTTPProtocol)(
            config=config, server_state=server_state, app_state=app_state, _loop=_loop
        )
        return TimedProtocol(inner, times=times, loop=_loop or asyncio.get_running_loop())

    return cast("type[asyncio.Protocol]", make)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the service decides when to stop.

    Between requests it is awake once a second, for the date of its responses, and not ten times to
    look whether it has been stopped.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            await within(_DATE_EVERY_S, self._told.wait())

    def end(self) -> None:
        """Stop serving; `serve` returns when requests in flight have ended."""
        self.should_exit = True
        self._told.set()


def _listen(host: str, port: int) -> socket.socket:
    if host == "*" and socket.has_dualstack_ipv6():
        return socket.create_server(
            ("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("*"), port), family=family, backlog=_BACKLOG)


@contextlib.asynccontextmanager
async def serve_http(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    setting: str,
    graceful_s: int | None = None,
    times: RequestTimes = _TIMES,
) -> AsyncIterator[int]:
    """Serve `app` and yield the port; at the end, requests in flight get `graceful_s` seconds.

    Args:
        app: the application; its lifespan is not run.
        host: address to listen on; `*` is every one of this machine, of both IP versions.
        port: port to listen on, 0 for a free one.
        setting: the variable that sets the port, for the error message.
        graceful_s: None waits for requests in flight without limit.
        times: how long each request may take to arrive.

    Raises:
        Misconfigured: the port is taken.
    """
    try:
        listener = _listen(host, port)
        # TCP_NODELAY: asyncio sets it only if the socket's protocol is given explicitly. Without it
        # a small write waits for the peer's delayed ACK: 40 ms for most responses and tokens
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        message = (
            f"cannot listen on {host}:{port} ({error.strerror}); free the port or set {setting}"
        )
        raise Misconfigured(message) from error
    config = uvicorn.Config(
        app,
        http=_timed(times),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=graceful_s,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.end()
        await task
