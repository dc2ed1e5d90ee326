"""Who gets past the gate, and what they are told of their quota."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Message
from tests.unit.gateway.app import Countdown, make_app
from tests.unit.gateway.conftest import ADA

from ragline.errors import Unavailable
from ragline.observability.metrics import Metrics
from ragline_gateway.access.caller import Caller
from ragline_gateway.settings import GatewayGroup


async def test_a_route_knows_its_caller(http: httpx.AsyncClient) -> None:
    told = await http.get("/v1/me", headers=ADA)
    assert told.json() == {"subject": "key:ada", "tenant": "acme"}


@pytest.mark.parametrize("path", ["/v1/me", "/v1/none", "/v1/"])
async def test_nothing_is_told_to_who_is_not_known(http: httpx.AsyncClient, path: str) -> None:
    nobody = await http.get(path)
    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"] == 'Bearer realm="ragline"'
    stranger = await http.get(path, headers={"Authorization": "Bearer eve"})
    assert stranger.status_code == 401
    assert "invalid_token" in stranger.headers["www-authenticate"]


async def test_a_missing_scope_is_named(http: httpx.AsyncClient) -> None:
    refused = await http.put("/v1/documents/a/b", headers=ADA)
    assert refused.status_code == 403
    assert refused.json()["detail"] == "use credentials with the scope `write`"
    assert 'scope="write"' in refused.headers["www-authenticate"]


async def test_without_any_scope_one_may_still_ask_who_one_is(http: httpx.AsyncClient) -> None:
    reader = {"Authorization": "Bearer reader"}
    assert (await http.get("/v1/me", headers=reader)).status_code == 200
    assert (await http.get("/v1/raise/own", headers=reader)).status_code == 403


async def test_what_is_not_the_api_needs_no_credentials(
    http: httpx.AsyncClient, limiter: Countdown
) -> None:
    for path in ("/open", "/console/main.js", "/openapi.json", "/docs"):
        assert (await http.get(path)).status_code == 200
    assert limiter.seen == []


async def test_nothing_of_a_body_is_read_for_who_is_not_known(app: FastAPI) -> None:
    async def receive() -> Message:
        raise AssertionError("the body was read")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await app(_scope(), receive, send)
    assert sent[0]["status"] == 401


def _scope(**changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": "/v1/queries",
        "query_string": b"",
        "headers": [],
        **changes,
    }


@pytest.mark.parametrize("path", ["/v1/me", "/v1/none", "/v1/raise/own", "/v1/stream"])
async def test_each_response_tells_what_is_left(
    http: httpx.AsyncClient, limiter: Countdown, path: str
) -> None:
    limiter.left = 10
    response = await http.get(path, headers=ADA)
    assert response.headers["ratelimit-policy"] == '"requests";q=10;w=60'
    assert response.headers["ratelimit"] == '"requests";r=9;t=2'


async def test_nothing_is_said_of_a_quota_that_is_not_known(http: httpx.AsyncClient) -> None:
    assert "ratelimit" not in (await http.get("/v1/me", headers=ADA)).headers


async def test_behind_a_path_of_a_proxy_the_gate_stands_too(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app, root_path="/rag")
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        assert (await http.get("/rag/v1/me")).status_code == 401
        assert (await http.get("/rag/v1/me", headers=ADA)).status_code == 200
        assert (await http.get("/rag/open")).status_code == 200


class ClosedDoor:
    async def admit(self, _: Headers) -> Caller:
        raise Unavailable("the issuer is away")


async def test_credentials_that_cannot_be_checked_let_nobody_in(metrics: Metrics) -> None:
    app = make_app(ClosedDoor(), Countdown(), metrics, GatewayGroup())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        refused = await http.get("/v1/me", headers=ADA)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
