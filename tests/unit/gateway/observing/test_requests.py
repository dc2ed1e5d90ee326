"""One log line and a few numbers for each request."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from tests.unit.gateway.conftest import ADA

from ragline.observability.metrics import Metrics
from ragline_gateway.observing.requests import Observed


async def lines(
    caplog: pytest.LogCaptureFixture, http: httpx.AsyncClient, method: str, path: str, **more: Any
) -> list[dict[str, Any]]:
    with caplog.at_level(logging.INFO, logger="ragline_gateway.access"):
        await http.request(method, path, **more)
    fields = ("method", "route", "status", "subject", "bytes")
    records = [record for record in caplog.records if record.name == "ragline_gateway.access"]
    return [{name: getattr(record, name) for name in fields} for record in records]


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


async def test_a_line_has_method_route_status_caller_and_bytes(
    caplog: pytest.LogCaptureFixture, http: httpx.AsyncClient
) -> None:
    (line,) = await lines(
        caplog, http, "POST", "/v1/queries?q=secret", json={"text": "why?"}, headers=ADA
    )
    sent = len(json.dumps({"text": "why?", "by": "key:ada"}, separators=(",", ":")))
    assert line == {
        "method": "POST",
        "route": "/v1/queries",
        "status": 200,
        "subject": "key:ada",
        "bytes": sent,
    }
    assert caplog.records[-1].getMessage().startswith("POST /v1/queries 200 ")
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/documents/a/b.md", "/v1/documents/{document_id}"),
        ("/v1/raise/own", "/v1/raise/{name}"),
        ("/console/main.js", "/console/*"),
        ("/docs", "/docs"),
        ("/openapi.json", "/openapi.json"),
        ("/open", "/open"),
        ("/rgl_a_secret", "unmatched"),
        ("/v1/rgl_a_secret", "unmatched"),
    ],
)
async def test_a_path_is_logged_as_its_routes_template(
    caplog: pytest.LogCaptureFixture,
    http: httpx.AsyncClient,
    metrics: Metrics,
    path: str,
    route: str,
) -> None:
    (line,) = await lines(caplog, http, "GET", path, headers=ADA)
    assert line["route"] == route
    assert f'route="{route}"' in generate_latest(metrics.registry).decode()


async def test_behind_a_path_of_a_proxy_routes_are_the_same(
    caplog: pytest.LogCaptureFixture, app: FastAPI
) -> None:
    transport = httpx.ASGITransport(app, root_path="/rag")
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as behind:
        await lines(caplog, behind, "GET", "/rag/nothing")
        found = await lines(caplog, behind, "GET", "/rag/console/a")
    assert [line["route"] for line in found] == ["unmatched", "/console/*"]


async def test_a_method_that_callers_make_up_is_not_repeated(
    caplog: pytest.LogCaptureFixture, http: httpx.AsyncClient
) -> None:
    (line,) = await lines(caplog, http, "RGL_KEY", "/v1/me", headers=ADA)
    assert line["method"] == "OTHER"


async def test_requests_are_counted_by_route_and_class_of_status(
    http: httpx.AsyncClient, metrics: Metrics
) -> None:
    for headers in (ADA, ADA, {}):
        await http.get("/v1/me", headers=headers)
    await http.get("/v1/raise/surprise", headers=ADA)
    requests = "ragline_gateway_requests_total"
    assert value(metrics, requests, route="/v1/me", status="2xx") == 2
    assert value(metrics, requests, route="unmatched", status="4xx") == 1
    assert value(metrics, requests, route="/v1/raise/{name}", status="5xx") == 1
    seconds = "ragline_gateway_request_seconds_count"
    assert value(metrics, seconds, route="/v1/me") == 2


async def test_refusals_are_counted_by_their_reason(
    http: httpx.AsyncClient, metrics: Metrics
) -> None:
    await http.get("/v1/me")
    await http.get("/v1/me", headers={"Authorization": "Bearer eve"})
    await http.put("/v1/documents/a", headers=ADA)
    await http.post("/v1/queries", content=b"x" * 101, headers=ADA)
    rejected = "ragline_gateway_rejected_total"
    reasons = ("no-credentials", "invalid-credentials", "missing-scope", "too-large")
    assert [value(metrics, rejected, reason=reason) for reason in reasons] == [1, 1, 1, 1]


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_stream_is_timed_until_it_begins_and_passed_on_as_it_comes(
    metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    watch, go_on = Watch(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def events() -> Any:
            yield b"data: 1\n\n"
            await go_on.wait()
            watch.now = 60.0
            yield b"data: 2\n\n"

        watch.now = 0.5
        await StreamingResponse(events(), media_type="text/event-stream")(scope, receive, send)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return await asyncio.Event().wait() and {}

    scope = {"type": "http", "method": "GET", "path": "/x", "headers": [], "asgi": {}}
    observed = Observed(app, metrics=metrics, clock=watch)
    with caplog.at_level(logging.INFO):
        serving = asyncio.create_task(observed(scope, receive, send))
        while len(sent) < 2:
            await asyncio.sleep(0)
        assert sent[1]["body"] == b"data: 1\n\n"
        assert caplog.text == ""
        go_on.set()
        await serving
    assert "GET unmatched 200 60000.0 - 18" in caplog.text
    seconds = "ragline_gateway_request_seconds_sum"
    assert value(metrics, seconds, route="unmatched") == 0.5


async def test_a_caller_who_leaves_first_is_logged_without_a_status(
    metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    scope = {"type": "http", "method": "GET", "path": "/x", "headers": []}
    with caplog.at_level(logging.INFO), pytest.raises(asyncio.CancelledError):
        await Observed(app, metrics=metrics)(scope, None, None)  # type: ignore[arg-type]
    requests = "ragline_gateway_requests_total"
    assert value(metrics, requests, route="unmatched", status="none") == 1
