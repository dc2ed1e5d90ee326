"""The small application of the unit tests, on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from starlette.types import ASGIApp

from ragline.observability.http import serve_http
from ragline.observability.timed_protocol import RequestTimes

Serve = Callable[[ASGIApp], Awaitable[str]]


@asynccontextmanager
async def serving(
    app: ASGIApp, *, port: int = 0, times: RequestTimes | None = None
) -> AsyncIterator[str]:
    """Serve `app` as the gateway is served, and give its URL."""
    async with serve_http(
        app,
        host="127.0.0.1",
        port=port,
        setting="-",
        graceful_s=1,
        times=times or RequestTimes(),
    ) as chosen:
        yield f"http://127.0.0.1:{chosen}"


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve applications until the test ends."""
    async with AsyncExitStack() as stack:

        async def start(app: ASGIApp) -> str:
            return await stack.enter_async_context(serving(app))

        yield start
