"""The language model of the chaos run: cites its first passage, never repeats itself, and fails.

A second call for a query can be detected: its answer differs, so it would be a conflict on
`answers`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import socket
from collections.abc import AsyncIterator
from enum import StrEnum
from threading import Thread
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

_PASSAGE = re.compile(r"^\[1\][^\n]*\n(.*?)\n(?:\[2\]|</passages>)", re.DOTALL | re.MULTILINE)
_STALL_S = 60.0


class Mood(StrEnum):
    """How the server behaves."""

    GOOD = "good"
    LIMITED = "429 with Retry-After"
    STALLED = "stalled streams"
    BROKEN = "broken streams"
    FAILING = "500"
    REFUSING = "401"


class ChaoticModel:
    """An OpenAI-compatible server in a separate thread; a context manager.

    Args:
        work_s: seconds that a good answer takes.
    """

    def __init__(self, *, work_s: float) -> None:
        self.mood = Mood.GOOD
        self.calls = 0
        self._work_s = work_s
        self._numbers = itertools.count(1)
        self._socket = socket.create_server(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/v1/chat/completions", self._answer, methods=["POST"])])
        config = uvicorn.Config(app, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def port(self) -> int:
        """The port on which it listens, on loopback."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        self.calls += 1
        match self.mood:
            case Mood.LIMITED:
                return _error(429, {"retry-after": "2"})
            case Mood.FAILING:
                return _error(500, {})
            case Mood.REFUSING:
                return _error(401, {})
            case Mood.STALLED:
                return _stream(self._stall())
            case Mood.BROKEN:
                return _stream(self._break(self._text(body)))
            case _:
                return _stream(self._say(self._text(body)))

    def _text(self, body: dict[str, Any]) -> str:
        prompt = str(body["messages"][-1]["content"])
        found = _PASSAGE.search(prompt)
        sentence = (found.group(1) if found else "Nothing is known").strip().split(". ")[0]
        return f"{sentence.rstrip('.')} [1]. (call {next(self._numbers)})"

    async def _say(self, text: str) -> AsyncIterator[str]:
        middle = len(text) // 2
        for piece in (text[:middle], text[middle:]):
            await asyncio.sleep(self._work_s / 2)
            yield _event(piece, None)
        yield _event("", "stop")
        yield "data: [DONE]\n\n"

    async def _break(self, text: str) -> AsyncIterator[str]:
        yield _event(text[: len(text) // 2], None)
        raise ConnectionResetError

    async def _stall(self) -> AsyncIterator[str]:
        yield ": waiting\n\n"
        await asyncio.sleep(_STALL_S)


def _stream(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, media_type="text/event-stream")


def _event(text: str, finish_reason: str | None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
    common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "chaotic"}
    return f"data: {json.dumps({**common, 'choices': [choice]})}\n\n"


def _error(status: int, headers: dict[str, str]) -> Response:
    return JSONResponse({"error": {"message": "chaos", "code": "x"}}, status, headers)
