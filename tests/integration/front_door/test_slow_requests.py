"""A client that sends byte by byte loses its connection; a slow response keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send
from tests.integration.front_door.conftest import serving
from tests.patience import PATIENCE_S
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ragline.observability import http as serving_module
from ragline.observability.timed_protocol import RequestTimes

SHORT_S = 0.3
LONG_S = 2 * PATIENCE_S  # a limit that is not the one under test
HEAD = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"

Ended = asyncio.Event


class Application:
    """Answers after the body at `/read`, before it at `/refuse`, slowly at `/slow`."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        while path != "/refuse":
            message: Message = await receive()
            if message["type"] == "http.disconnect":
                self.seen.append("left")
                return
            if not message.get("more_body"):
                break
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
        )
        await send({"type": "http.response.body", "body": b"o", "more_body": True})
        if path == "/slow":
            await asyncio.sleep(3 * SHORT_S)
        await send({"type": "http.response.body", "body": b"k"})
        self.seen.append("answered")


@pytest.fixture(params=[HttpToolsProtocol, H11Protocol])
def _protocol(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services with and without httptools."""
    monkeypatch.setattr(serving_module, "AutoHTTPProtocol", request.param)


@pytest.fixture
def app() -> Application:
    return Application()


@asynccontextmanager
async def connected(
    app: Application, *, header_s: float = LONG_S, body_s: float = LONG_S
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    times = RequestTimes(header_s=header_s, body_s=body_s)
    async with serving(app, times=times) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def trickle(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endless: Callable[[], bytes]
) -> bytes:
    """Send a little again and again until the server ends the connection; return what it said."""
    told = asyncio.create_task(_said(reader))
    async with asyncio.timeout(PATIENCE_S):
        while not told.done():
            writer.write(endless())
            await asyncio.wait([told], timeout=SHORT_S / 6)
    return await told


async def _said(reader: asyncio.StreamReader) -> bytes:
    """Read to the end, which is a reset where something was sent after the server's last word."""
    said = b""
    with suppress(ConnectionError):
        while piece := await reader.read(1_024):
            said += piece
    return said


pytestmark = pytest.mark.usefixtures("_protocol")


async def test_headers_that_never_end_are_cut_off(app: Application) -> None:
    async with connected(app, header_s=SHORT_S) as (reader, writer):
        writer.write(b"GET /read HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        told = await trickle(reader, writer, lambda: b"x")
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"request-timeout" in told
    assert app.seen == []


async def test_a_connection_on_which_nothing_comes_is_cut_off(app: Application) -> None:
    async with connected(app, header_s=SHORT_S) as (reader, _), asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""


async def test_a_body_that_never_ends_is_cut_off(app: Application) -> None:
    async with connected(app, body_s=SHORT_S) as (reader, writer):
        writer.write(HEAD.replace(b"10", b"100000"))
        told = await trickle(reader, writer, lambda: b"x")
        assert told.startswith(b"HTTP/1.1 408 ")
        async with asyncio.timeout(PATIENCE_S):
            while app.seen != ["left"]:
                await asyncio.sleep(0.01)


async def test_chunks_that_never_end_are_cut_off(app: Application) -> None:
    async with connected(app, body_s=SHORT_S) as (reader, writer):
        writer.write(
            b"POST /read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        told = await trickle(reader, writer, lambda: b"1\r\nx\r\n")
    assert told.startswith(b"HTTP/1.1 408 ")


async def test_what_follows_an_early_answer_does_not_keep_the_connection(app: Application) -> None:
    async with connected(app, header_s=SHORT_S) as (reader, writer):
        writer.write(HEAD.replace(b"/read", b"/refuse").replace(b"10", b"100000"))
        told = await trickle(reader, writer, lambda: b"x")
    assert told.startswith(b"HTTP/1.1 200 ")
    assert app.seen == ["answered"]


async def test_the_second_request_of_a_connection_has_its_time_too(app: Application) -> None:
    async with connected(app, header_s=SHORT_S) as (reader, writer):
        writer.write(HEAD + b"0123456789")
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"GET /read HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        told = await trickle(reader, writer, lambda: b"x")
    assert app.seen == ["answered"]
    assert told.startswith(b"HTTP/1.1 408 ")


async def test_a_response_may_take_longer_than_its_request(app: Application) -> None:
    async with connected(app, header_s=SHORT_S, body_s=SHORT_S) as (reader, writer):
        for _ in range(2):
            writer.write(HEAD.replace(b"/read", b"/slow") + b"0123456789")
            async with asyncio.timeout(PATIENCE_S):
                assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200 ")
    assert app.seen == ["answered", "answered"]
