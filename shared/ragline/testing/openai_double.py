"""A test double of an OpenAI-compatible server, which can fail in the ways such servers do."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


class LanguageModelDouble:
    """A server whose behaviour is chosen by the requested model's name; it records the requests.

    `behaves`, when set, overrides the model's name: use it for a server that fails for a while.
    """

    def __init__(self) -> None:
        self.url = ""
        self.behaves: str | None = None
        self.requests: list[dict[str, object]] = []
        self.closed_early = asyncio.Event()

    async def answer(self, request: Request) -> Response:
        """Behave as the model name in the request says."""
        body = await request.json()
        self.requests.append(body)
        behaviour: Callable[[dict[str, object]], Response] = getattr(
            self, self.behaves or body["model"]
        )
        return behaviour(body)

    def good(self, body: dict[str, object]) -> Response:
        """Answer in two pieces, or with `{"n": 1}`."""
        if not body.get("stream"):
            return JSONResponse({"choices": [_choice(message={"content": '{"n": 1}'})]})
        usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
        return _events(
            _chunk("Hello", None), _chunk(" world", None), _chunk("", "stop"), {"usage": usage}
        )

    def not_json(self, body: dict[str, object]) -> Response:
        """Answer in prose where JSON was asked for."""
        return JSONResponse({"choices": [_choice(message={"content": "I think n is 1"})]})

    def other_json(self, body: dict[str, object]) -> Response:
        """Answer with JSON of another shape."""
        return JSONResponse({"choices": [_choice(message={"content": '{"m": "x"}'})]})

    def limited(self, body: dict[str, object]) -> Response:
        """429 with `Retry-After`."""
        return _error(429, {"retry-after": "7"})

    def no_quota(self, body: dict[str, object]) -> Response:
        """429 because the account is used up."""
        return _error(429, {}, code="insufficient_quota")

    def overloaded(self, body: dict[str, object]) -> Response:
        """503 with `Retry-After`."""
        return _error(503, {"retry-after": "2"})

    def crashed(self, body: dict[str, object]) -> Response:
        """500."""
        return _error(500, {})

    def unauthorized(self, body: dict[str, object]) -> Response:
        """401."""
        return _error(401, {})

    def unknown(self, body: dict[str, object]) -> Response:
        """404."""
        return _error(404, {})

    def empty(self, body: dict[str, object]) -> Response:
        """A complete stream without text."""
        return _events(_chunk("", "stop"))

    def blank(self, body: dict[str, object]) -> Response:
        """A complete stream of white space."""
        return _events(_chunk(" \n", None), _chunk("\n\n", "stop"))

    def only_markers(self, body: dict[str, object]) -> Response:
        """A complete stream of citations without a word."""
        return _events(_chunk("[1]", None), _chunk("[1] [2]", "stop"))

    def endless(self, body: dict[str, object]) -> Response:
        """A stream that goes on whatever `max_tokens` says."""

        async def stream() -> AsyncIterator[str]:
            try:
                yield _event(_chunk("A durable queue survives a restart of the broker [1].", None))
                while True:
                    yield _event(_chunk(" And the moon is made of cheese [1].", None))
                    await asyncio.sleep(0)
            finally:
                self.closed_early.set()

        return StreamingResponse(stream(), media_type="text/event-stream")

    def charged_for_nothing(self, body: dict[str, object]) -> Response:
        """A complete stream without text that reports its token counts."""
        usage = {"prompt_tokens": 7, "completion_tokens": 0, "total_tokens": 7}
        return _events(_chunk("", "stop"), {"usage": usage})

    def unfinished(self, body: dict[str, object]) -> Response:
        """A stream that ends in the middle, without an error."""
        return _events(_chunk("Half an ans", None))

    def error_inside(self, body: dict[str, object]) -> Response:
        """A stream that turns into an error."""
        return _events(_chunk("Half", None), {"error": {"message": "out of memory"}})

    def broken(self, body: dict[str, object]) -> Response:
        """A stream whose connection breaks."""

        async def stream() -> AsyncIterator[str]:
            yield _event(_chunk("Half an ans", None))
            raise ConnectionResetError

        return StreamingResponse(stream(), media_type="text/event-stream")

    def stalled(self, body: dict[str, object]) -> Response:
        """A stream that never begins."""
        return self._endless(first=None)

    def stalled_inside(self, body: dict[str, object]) -> Response:
        """A stream that stops after its first piece."""
        return self._endless(first="Half")

    def _endless(self, first: str | None) -> Response:
        async def stream() -> AsyncIterator[str]:
            try:
                yield _event(_chunk(first, None)) if first else ": waiting\n\n"
                await asyncio.sleep(60)
            finally:
                self.closed_early.set()

        return StreamingResponse(stream(), media_type="text/event-stream")


def _choice(**fields: object) -> dict[str, object]:
    return {"index": 0, "finish_reason": "stop", **fields}


def _chunk(text: str, finish_reason: str | None) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}]}


def _event(data: dict[str, object]) -> str:
    common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps({**common, 'choices': [], **data})}\n\n"


def _events(*data: dict[str, object]) -> Response:
    body = "".join(_event(d) for d in data) + "data: [DONE]\n\n"
    return StreamingResponse(iter([body]), media_type="text/event-stream")


def _error(status: int, headers: dict[str, str], code: str = "x") -> Response:
    return JSONResponse({"error": {"message": "no", "code": code}}, status, headers)


@asynccontextmanager
async def serve_double() -> AsyncIterator[LanguageModelDouble]:
    """Serve a double on a free port of loopback until the block ends."""
    double = LanguageModelDouble()
    app = Starlette(routes=[Route("/v1/chat/completions", double.answer, methods=["POST"])])
    config = uvicorn.Config(app, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        double.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield double
        finally:
            server.should_exit = server.force_exit = True
            await serving
