"""`POST /mcp`: what the gateway adds to the SDK's transport."""

from __future__ import annotations

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragline_gateway.access.gate import MCP_PATH
from ragline_gateway.body_kind import check_json
from ragline_gateway.mcp.sessions import SESSION_HEADER, begins_session, call_key, cancelled_request
from ragline_gateway.parts import Parts
from ragline_gateway.problems import Problem


def mcp_route(parts: Parts) -> Route:
    """Return the route of MCP. It takes POST alone: there are no streams beside those of calls."""
    return Route(MCP_PATH, _Endpoint(parts), methods=["POST"], include_in_schema=False)


class _Endpoint:
    """ASGI application: one message, and the answer to it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._opening = asyncio.Lock()
        self._transport: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            Problem: 415, the body is not JSON.
        """
        request = Request(scope, receive)
        await check_json(request)
        # Read here: what the transport raises would come in an exception group
        body = await request.body()
        if (cancelled := cancelled_request(body)) is not None:
            await self._cancel(request, cancelled)
            await Response(status_code=202)(scope, receive, send)
            return
        if begins_session(body):
            send = _with_session(send, self._parts.new_id())
        transport = await self._opened()
        await transport(scope, _once(body, receive), send)

    async def _opened(self) -> ASGIApp:
        async with self._opening:
            if self._transport is None:
                self._transport = await asyncio.to_thread(_open, self._parts)
            return self._transport

    async def _cancel(self, request: Request, request_id: str | int) -> None:
        """Ask the generator to stop; a call that is not known is none that could be stopped.

        Raises:
            Unavailable: Redis is down.
        """
        caller = request.state.caller
        key = call_key(request.headers, request_id)
        if key is None:
            return
        query_id = self._parts.asking.id_of(caller, key)
        try:
            record = await self._parts.looking.record(query_id, caller)
        except Problem:
            return
        await self._parts.looking.cancel(record)


def _open(parts: Parts) -> ASGIApp:
    """Import the SDK, in a thread, so that others are served meanwhile."""
    from ragline_gateway.mcp.transport import make_transport  # noqa: PLC0415  slow

    return make_transport(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body`, and then what `receive` gives."""
    message: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def replayed() -> Message:
        nonlocal message
        if message is None:
            return await receive()
        given, message = message, None
        return given

    return replayed


def _with_session(send: Send, session: str) -> Send:
    """Name a session in the response."""

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)[SESSION_HEADER] = session
        await send(message)

    return named
