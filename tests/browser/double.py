"""A scripted server with the gateway's HTTP API, for states that a real pipeline seldom shows.

Tests of an expired question, a second attempt or a silent monitor use this server; everything else
is tested on the real gateway.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from threading import Event
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles
from tests.browser.serving import served

CONSOLE = files("ragline_gateway") / "console"
# stricter than the gateway's: with trusted types, turning a string into markup is an error
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)


_LOOK_S = 0.02


class Hold:
    """The stream stands until the test lets it go on: what the page shows meanwhile can be seen."""

    def __init__(self) -> None:
        self._over = Event()

    def release(self) -> None:
        """Let the stream go on."""
        self._over.set()

    async def wait(self) -> None:
        """Wait for that, in whichever thread's loop."""
        while not self._over.is_set():
            await asyncio.sleep(_LOOK_S)


@dataclass(frozen=True)
class Cut:
    """The connection ends, once; a client that reconnects gets the rest of the script."""


@dataclass(frozen=True)
class Said:
    """One event of the stream."""

    id: str
    type: str
    data: dict[str, Any]


Step = Hold | Cut | Said


@dataclass
class Double:
    """The script of the next question, the other replies, and the page's requests so far.

    `replies` are fixed bodies by `METHOD path`; a body with a `status` of 400 or more is a problem.
    """

    port: int
    script: list[Step] = field(default_factory=list)
    replies: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def sent(self, method: str, path: str) -> list[Any]:
        """Return the bodies of the requests of one kind."""
        return [body for verb, where, body in self.requests if (verb, where) == (method, path)]

    async def events(self, last_id: str) -> AsyncIterator[bytes]:
        """Play the script after `last_id`."""
        ids = [step.id if isinstance(step, Said) else None for step in self.script]
        start = ids.index(last_id) + 1 if last_id else 0
        for place in range(start, len(self.script)):
            match self.script[place]:
                case Hold() as hold:
                    await hold.wait()
                case Cut():
                    self.script[place] = released = Hold()
                    released.release()
                    return
                case Said(event_id, kind, data):
                    yield f"id: {event_id}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def make_app(double: Double) -> FastAPI:
    """Return the application that plays `double`."""
    app = FastAPI()

    @app.middleware("http")
    async def guarded(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/")
    async def index() -> FileResponse:
        return FileResponse(str(CONSOLE / "index.html"))

    app.mount("/console", StaticFiles(directory=str(CONSOLE)))

    @app.get("/v1/queries/{query_id}/events")
    async def events(request: Request) -> Response:
        last_id = request.headers.get("Last-Event-ID", "")
        double.streams.append(last_id)
        return StreamingResponse(double.events(last_id), media_type="text/event-stream")

    @app.api_route("/v1/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def anything(request: Request, path: str) -> Response:
        body = await request.body()
        try:
            value = json.loads(body) if body else None
        except ValueError:
            value = body
        double.requests.append((request.method, f"/v1/{path}", value))
        double.headers.append(dict(request.headers))
        reply = double.replies.get(f"{request.method} /v1/{path}", {})
        if callable(reply):
            reply = reply(value)
        status = reply.get("status") if isinstance(reply.get("status"), int) else 200
        return JSONResponse(reply, status)

    return app


@contextmanager
def running_double() -> Iterator[Double]:
    """Serve a double on a free port, on an event loop in a separate thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        double = Double(listener.getsockname()[1])
        with served(make_app(double), listener):
            yield double
