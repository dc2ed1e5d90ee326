"""`POST /mcp` with a client that is not the SDK's: handshake, credentials, limits, cancelling."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp.shared.exceptions import MCPError
from tests.patience import PATIENCE_S
from tests.unit.gateway.mcp.agents import (
    Gateway,
    make_gateway,
    messages,
    plain_client,
    request,
    sdk_client,
    tool_call,
)
from tests.unit.gateway.real_api import as_

INITIALIZE = request(
    "initialize",
    protocolVersion="2025-06-18",
    capabilities={},
    clientInfo={"name": "plain", "version": "1"},
)


def problem(response: httpx.Response) -> dict[str, Any]:
    """Return the problem in an answer that is JSON-RPC, as all of this path are."""
    assert response.headers["content-type"] == "application/json"
    message = response.json()
    assert (message["jsonrpc"], message["id"]) == ("2.0", None)
    assert f"[{message['error']['data']['code']}]" in message["error"]["message"]
    return dict(message["error"]["data"])


@pytest.fixture
def gateway() -> Gateway:
    return make_gateway()


async def test_a_client_gets_the_handshake_and_a_session_that_is_only_a_name(
    gateway: Gateway,
) -> None:
    async with plain_client(gateway) as http:
        begun = await http.post("/mcp", json=INITIALIZE)
        session = begun.headers["mcp-session-id"]
        listed = await http.post(
            "/mcp", json=request("tools/list", 2), headers={"Mcp-Session-Id": session}
        )

    (hello,) = messages(begun)
    assert hello["result"]["serverInfo"]["name"] == "ragline"
    assert "cit" in hello["result"]["instructions"]
    (tools,) = messages(listed)
    assert {each["name"] for each in tools["result"]["tools"]} == {
        "ask",
        "read_source",
        "document_status",
    }
    assert all(each["outputSchema"]["type"] == "object" for each in tools["result"]["tools"])
    assert "mcp-session-id" not in listed.headers


async def test_a_client_that_begins_anew_gets_a_new_session(gateway: Gateway) -> None:
    async with plain_client(gateway) as http:
        again = await http.post("/mcp", json=INITIALIZE, headers={"Mcp-Session-Id": "old"})

    assert again.headers["mcp-session-id"] != "old"


async def test_nobody_gets_in_without_credentials_and_every_message_counts(
    gateway: Gateway,
) -> None:
    async with plain_client(gateway, None) as http:
        unknown = await http.post("/mcp", json=INITIALIZE)
        wrong = await http.post("/mcp", json=INITIALIZE, headers=as_("nobody"))
        gateway.limiter.left = 1
        first = await http.post("/mcp", json=INITIALIZE, headers=as_("asker"))
        second = await http.post("/mcp", json=INITIALIZE, headers=as_("asker"))

    assert (unknown.status_code, wrong.status_code) == (401, 401)
    assert problem(unknown)["code"] == "no-credentials"
    assert "bearer" in unknown.headers["www-authenticate"].lower()
    assert (first.status_code, second.status_code) == (200, 429)
    assert problem(second)["code"] == "too-many-requests"
    assert second.headers["retry-after"]


async def test_the_sdks_client_hears_why_it_is_not_let_in(gateway: Gateway) -> None:
    refused = pytest.RaisesExc(MCPError, match=r"nobody knows it \[invalid-credentials\]")
    with pytest.RaisesGroup(refused, flatten_subgroups=True):
        async with sdk_client(gateway, "nobody"):
            raise AssertionError("it was let in")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "HEAD"])
async def test_there_are_no_streams_beside_those_of_calls(gateway: Gateway, method: str) -> None:
    async with plain_client(gateway) as http:
        refused = await http.request(method, "/mcp")

    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"


async def test_a_body_that_a_page_could_send_unasked_is_refused(gateway: Gateway) -> None:
    async with plain_client(gateway) as http:
        refused = await http.post("/mcp", content=b"{}", headers={"Content-Type": "text/plain"})

    assert refused.status_code == 415
    assert problem(refused)["code"] == "unsupported-media-type"


async def test_a_body_that_is_too_large_is_refused(gateway: Gateway) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 1_000_000

    async with plain_client(gateway) as http:
        refused = await http.post(
            "/mcp",
            content=endless(),
            headers={"Content-Type": "application/json"},
        )

    assert refused.status_code == 413
    assert problem(refused)["code"] == "too-large"


async def cancel(http: httpx.AsyncClient, session: str, number: int | str) -> httpx.Response:
    message = {
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": number},
    }
    return await http.post("/mcp", json=message, headers={"Mcp-Session-Id": session})


async def test_a_notification_stops_the_question_of_its_own_call_alone(gateway: Gateway) -> None:
    async with plain_client(gateway) as http:
        for number in (7, "7"):
            call = tool_call("ask", number, text="Where?")
            await http.post("/mcp", json=call, headers={"Mcp-Session-Id": "s"})
        (meant, other) = (each.query_id for each in gateway.pipeline.records.values())
        unknown = [await cancel(http, "t", 7), await cancel(http, "s", 8)]
        assert gateway.pipeline.cancelled == []
        known = await cancel(http, "s", 7)

    assert {each.status_code for each in (*unknown, known)} == {202}
    assert gateway.pipeline.cancelled == [meant]
    assert meant != other


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | _JSON,
        "id": st.integers() | _JSON,
        "method": st.sampled_from(
            ["initialize", "tools/list", "tools/call", "resources/read", "notifications/cancelled"]
        )
        | _JSON,
        "params": st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["ask", "read_source", "document_status"]) | _JSON,
                "arguments": st.fixed_dictionaries(
                    {}, optional={"text": _JSON, "document_id": _JSON, "start": _JSON}
                )
                | _JSON,
                "uri": st.text(max_size=20).map(lambda text: f"ragline://documents/{text}") | _JSON,
                "requestId": _JSON,
            },
        )
        | _JSON,
    },
)


async def test_no_message_makes_a_server_error() -> None:
    gateway = make_gateway()

    async def send(body: bytes, version: str | None) -> int:
        headers = {"Content-Type": "application/json", "Mcp-Session-Id": "s"}
        if version is not None:
            headers["MCP-Protocol-Version"] = version
        async with plain_client(gateway) as http:
            return (await http.post("/mcp", content=body, headers=headers)).status_code

    loop = asyncio.get_running_loop()

    @given(
        body=st.binary(max_size=100) | _MESSAGES.map(lambda message: json.dumps(message).encode()),
        version=st.sampled_from([None, "2025-06-18", "2026-07-28", "1999-01-01"]),
    )
    @settings(max_examples=100, deadline=None)
    def check(body: bytes, version: str | None) -> None:
        sent = asyncio.run_coroutine_threadsafe(send(body, version), loop)
        assert sent.result(PATIENCE_S) < 500

    await asyncio.to_thread(check)
