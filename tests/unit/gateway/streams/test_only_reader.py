"""Whoever leaves a question that is theirs alone stops it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.patience import PATIENCE_S
from tests.unit.gateway.mcp.agents import Gateway, Pipeline, make_gateway, make_parts
from tests.unit.gateway.mcp.test_ask import Endless
from tests.unit.gateway.real_api import CALLERS, as_

from ragline_gateway.queries.models import AskBody
from ragline_gateway.streams.mailbox import Closing
from ragline_gateway.streams.only_reader import only_reader

CHAT = ("/v1/chat/completions", b'{"model":"ragline","stream":true,"messages":[%s]}')
RESPONSE = ("/v1/responses", b'{"model":"ragline","stream":true,"input":[%s]}')
QUESTION = b'{"role":"user","content":"Where?"}'


async def leave(gateway: Gateway, pipeline: Endless, path: str, body: bytes) -> None:
    """Send a request, and break the connection while its answer is awaited."""
    (name, value), *_ = as_("asker").items()
    headers = [(name.lower().encode(), value.encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "server": ("gateway", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await pipeline.follows.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        await asyncio.sleep(0)

    async with asyncio.timeout(PATIENCE_S):
        await gateway.app(scope, receive, send)


@pytest.mark.parametrize(("path", "body"), [CHAT, RESPONSE])
@pytest.mark.parametrize("away", [False, True])
async def test_a_client_that_goes_away_stops_its_question(
    path: str, body: bytes, away: bool
) -> None:
    pipeline = Endless(away=away)
    await leave(make_gateway(pipeline), pipeline, path, body % QUESTION)

    asked = [each.query_id for each in pipeline.records.values()]
    assert (len(asked), pipeline.left) == (1, 1)
    assert pipeline.cancelled == ([] if away else asked)


@pytest.mark.parametrize("pipeline", [Pipeline(), Pipeline(ends=Closing())])
async def test_a_question_that_was_followed_to_its_end_is_not_stopped(pipeline: Pipeline) -> None:
    parts = make_parts(pipeline)
    record = await parts.asking.ask(AskBody(text="Where?"), CALLERS["asker"])

    assert [each async for each in only_reader(parts, record)]
    assert pipeline.cancelled == []
