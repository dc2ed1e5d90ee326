"""A slow language model, so that an answer can be observed while it is written."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from tests.browser.serving import served

_PASSAGE = re.compile(r"^\[1\][^\n]*\n(.*?)\n(?:\[2\]|</passages>)", re.DOTALL | re.MULTILINE)


class PatientModel:
    """An OpenAI-compatible server: repeats the first passage's sentences, each with its citation.

    It sends a word every `pause_s` seconds.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.pause_s = 0.02
        route = Route("/v1/chat/completions", self._answer, methods=["POST"])
        self.app = Starlette(routes=[route])

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        found = _PASSAGE.search(str(body["messages"][-1]["content"]))
        passage = found.group(1) if found else "Nothing is known."
        prose = " ".join(line for line in passage.splitlines() if not line.startswith("#"))
        sentences = re.findall(r"[^.]+\.", prose)
        text = " ".join(f"{sentence.strip()[:-1]} [1]." for sentence in sentences)
        return StreamingResponse(self._say(text), media_type="text/event-stream")

    async def _say(self, text: str) -> AsyncIterator[str]:
        for word in re.findall(r"\s*\S+", text):
            await asyncio.sleep(self.pause_s)
            yield _chunk(word, None)
        yield _chunk("", "stop")
        yield "data: [DONE]\n\n"


def _chunk(text: str, finish_reason: str | None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
    common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "patient"}
    return f"data: {json.dumps({**common, 'choices': [choice]})}\n\n"


@contextmanager
def patient_model() -> Iterator[PatientModel]:
    """Serve a patient model on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        model = PatientModel(listener.getsockname()[1])
        with served(model.app, listener):
            yield model
