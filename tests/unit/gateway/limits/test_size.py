"""The largest body: refused when it says its size, cut off when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.unit.gateway.conftest import ADA

from ragline_gateway.limits import size
from ragline_gateway.limits.size import SizeLimit
from ragline_gateway.problems import TooLarge

MOST = 100


class Upload:
    """Gives a body part by part, and knows how much of it was read."""

    def __init__(self, *sizes: int) -> None:
        self.sizes = sizes
        self.parts = 0

    async def __call__(self) -> Message:
        if self.parts == len(self.sizes):
            return {"type": "http.disconnect"}
        part = b"x" * self.sizes[self.parts]
        self.parts += 1
        more = self.parts < len(self.sizes)
        return {"type": "http.request", "body": part, "more_body": more}


async def nobody(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the application was asked")


async def length(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
    """Makes something of its own of a body that cannot be read, as form parsers do."""
    try:
        await Request(scope, receive).body()
    except Exception:
        await PlainTextResponse("what was that?", 400)(scope, receive, send)


async def serve(app: ASGIApp, upload: Receive, *headers: tuple[bytes, bytes]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/x", "headers": headers}
    await SizeLimit(app, most=MOST)(scope, upload, send)
    return sent


async def test_a_size_that_is_stated_is_refused_at_once() -> None:
    sent = await serve(nobody, Upload(101), (b"content-length", b"101"))
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_the_client_gets_the_answer_before_it_has_sent_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(size, "_LINGER_S", 0.05)

    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    sent = await serve(nobody, silent, (b"content-length", b"101"))
    assert [message.get("more_body", False) for message in sent[1:]] == [True, False]


@pytest.mark.parametrize("app", [length, stubborn])
@pytest.mark.parametrize("sizes", [(101,), (60, 41, 1_000), (100, 1, 1)])
async def test_a_body_of_unknown_size_is_refused_when_it_exceeds_the_limit(
    app: ASGIApp, sizes: tuple[int, ...]
) -> None:
    upload = Upload(*sizes)
    sent = await serve(app, upload)
    assert [message.get("status") for message in sent] == [413, None, None]
    assert upload.parts == len(sizes)


@pytest.mark.parametrize("sizes", [(0,), (100,), (50, 50), (99, 0, 1)])
async def test_a_body_up_to_the_limit_passes(sizes: tuple[int, ...]) -> None:
    sent = await serve(length, Upload(*sizes), (b"content-length", b"100"))
    assert sent[0]["status"] == 200
    assert sent[1]["body"] == str(sum(sizes)).encode()


async def test_a_size_that_is_a_lie_helps_nobody() -> None:
    for stated in (b"1", b"-1", b"", b"\xb2", b"1e3"):
        sent = await serve(length, Upload(200), (b"content-length", stated))
        assert sent[0]["status"] == 413


async def test_a_response_that_has_begun_is_not_followed_by_another() -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        response = StreamingResponse(Request(scope, receive).stream())
        await response(scope, receive, send)

    with pytest.raises((TooLarge, ExceptionGroup)):
        await serve(echo, Upload(60, 60))


@pytest.mark.parametrize("content", [lambda: b"x" * 101, lambda: _parts(60, 60)])
async def test_the_whole_application_tells_it_as_a_problem(
    http: httpx.AsyncClient, content: Callable[[], bytes | AsyncIterator[bytes]]
) -> None:
    headers = {**ADA, "Content-Type": "application/json"}
    response = await http.post("/v1/queries", content=content(), headers=headers)
    assert response.status_code == 413
    assert response.json()["detail"] == "send at most 100 bytes"
    assert response.json()["code"] == "too-large"


async def _parts(*sizes: int) -> AsyncIterator[bytes]:
    for count in sizes:
        yield b"x" * count
