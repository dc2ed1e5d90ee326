"""Limit on the size of request bodies."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragline_gateway.problem_responses import send_problem
from ragline_gateway.problems import TooLarge

# How long the rest of a body is read and discarded: closing the connection while the client still
# sends would lose the response
_LINGER_S = 3.0


class SizeLimit:
    """ASGI middleware: 413 for bodies of more than `most` bytes; it buffers no body.

    A body with a `Content-Length` above the limit is refused before any of it is read; other bodies
    are refused when they exceed the limit, whatever response the application sends. Starlette's own
    middleware answers a stated size in plain text, and only when the application reads the body.
    """

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _stated(scope) > self._most:
            await _refuse(self._most, scope, receive, send)
        else:
            await _Reading(self._app, self._most, receive, send).serve(scope)


class _Reading:
    """One request, with the bytes of its body counted while they are read."""

    def __init__(self, app: ASGIApp, most: int, receive: Receive, send: Send) -> None:
        self._app = app
        self._most = most
        self._receive = receive
        self._send = send
        self._read = 0
        self._answered = False

    async def serve(self, scope: Scope) -> None:
        try:
            await self._app(scope, self._counted, self._unless_too_large)
        except TooLarge:
            if self._answered:
                raise
        if self._too_large and not self._answered:
            await _refuse(self._most, scope, self._receive, self._send)

    @property
    def _too_large(self) -> bool:
        return self._read > self._most

    async def _counted(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._too_large:
            raise TooLarge(self._most)
        return message

    async def _unless_too_large(self, message: Message) -> None:
        """Drop the application's response to an incomplete body: it may not name the cause."""
        if self._too_large and not self._answered:
            return
        self._answered = True
        await self._send(message)


async def _refuse(most: int, scope: Scope, receive: Receive, send: Send) -> None:
    async def unfinished(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["more_body"] = True
        await send(message)

    await send_problem(TooLarge(most), scope, receive, unfinished)
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_S):
            while (await receive()).get("more_body"):
                continue
    await send({"type": "http.response.body"})


def _stated(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
