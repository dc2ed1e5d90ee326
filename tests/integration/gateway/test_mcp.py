"""MCP on real Kafka and Redis: the SDK's client in both eras of the protocol, and a plain one."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import StdioServerParameters, stdio_client
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from tests.patience import PATIENCE_S

from ragline.api_keys.files import KeyEntry, entry_as_toml
from ragline.api_keys.form import KeyScope, digest_of, make_key
from ragline.contracts.answers import Citation, Claim, ClaimSupport, Validation
from ragline.testing.stub_pipeline import StubPipeline, StubQuestion
from ragline_gateway.settings import Settings

from .conftest import Replica, Script, started

Scripted = Callable[[Script], Awaitable[StubPipeline]]
ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
CITATION = Citation(
    marker=1,
    chunk_id="badges.md@1#0",
    document_id="badges.md",
    version=1,
    start=0,
    end=5,
    quote="Badge",
)
TEXT = "A badge opens doors. [1]"
VALIDATION = Validation(
    method="rules",
    claims=(
        Claim(
            text=TEXT, start=0, end=len(TEXT), support=ClaimSupport.SUPPORTED, score=1, markers=(1,)
        ),
    ),
)


@asynccontextmanager
async def agent(
    replica: Replica, mode: str = "auto", headers: dict[str, str] | None = None
) -> AsyncIterator[Client]:
    """Open the SDK's client."""
    async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as http:
        transport = streamable_http_client(f"{replica.url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


async def cited(question: StubQuestion) -> None:
    """Answer with a citation and a verdict."""
    await question.begin()
    await question.say("A badge ")
    await question.say("opens doors. [1]")
    await question.answer(TEXT, citations=(CITATION,), validation=VALIDATION)


class Listener:
    """Hears of the stages; its question is answered after that, since an answer ends the progress.

    Attributes:
        steps: the progress and the message of each step.
    """

    def __init__(self) -> None:
        self.steps: list[tuple[float, str | None]] = []
        self._heard = asyncio.Event()

    async def note(self, progress: float, total: float | None, message: str | None) -> None:
        """Take a step down, as the SDK's `progress_callback`."""
        self.steps.append((progress, message))
        if message == "generator at work":
            self._heard.set()

    async def cited(self, question: StubQuestion) -> None:
        """Answer with a citation and a verdict."""
        await question.begin()
        await asyncio.wait_for(self._heard.wait(), PATIENCE_S)
        await question.answer(TEXT, citations=(CITATION,), validation=VALIDATION)


@ERAS
async def test_an_agent_asks_and_hears_of_the_stages(
    gateway: Replica, scripted: Scripted, mode: str
) -> None:
    listener = Listener()
    pipeline = await scripted(listener.cited)

    async with agent(gateway, mode, {"Ragline-Tenant": "acme"}) as client:
        await client.list_tools()
        result = await client.call_tool(
            "ask", {"text": "What is a badge?"}, progress_callback=listener.note
        )

    assert not result.is_error, result.content
    told = result.structured_content
    assert (told["text"], told["support_ratio"]) == (TEXT, 1.0)
    assert told["citations"][0]["uri"] == "ragline://documents/badges.md"
    assert pipeline.seen[told["query_id"]].tenant == "acme"
    reached = [progress for progress, _ in listener.steps]
    assert reached == sorted(set(reached))


async def test_another_client_reads_the_same_from_plain_json_rpc(
    gateway: Replica, scripted: Scripted
) -> None:
    listener = Listener()
    await scripted(listener.cited)
    headers = {"Accept": "application/json, text/event-stream"}
    call = {
        "jsonrpc": "2.0",
        "id": "a",
        "method": "tools/call",
        "params": {
            "name": "ask",
            "arguments": {"text": "What is a badge?"},
            "_meta": {"progressToken": "p"},
        },
    }

    async with gateway.http.stream("POST", "/mcp", json=call, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        found = []
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
                told = found[-1].get("params", {})
                if "progress" in told:
                    await listener.note(told["progress"], None, told["message"])

    *progress, answer = found
    assert {each["params"]["progressToken"] for each in progress} == {"p"}
    assert answer["id"] == "a"
    assert answer["result"]["structuredContent"]["text"] == TEXT


@asynccontextmanager
async def until_cancelled(scripted: Scripted) -> AsyncIterator[tuple[asyncio.Event, asyncio.Event]]:
    """Answer each question only after it is cancelled; yield when it began and when it ended."""
    began, ended = asyncio.Event(), asyncio.Event()

    async def script(question: StubQuestion) -> None:
        await question.begin()
        began.set()
        while not await question.cancelled():
            await question.say("more and ")
            await asyncio.sleep(0.05)
        await question.answer("stopped")
        ended.set()

    await scripted(script)
    yield began, ended


@ERAS
async def test_a_cancelled_call_stops_the_generator(
    gateway: Replica, scripted: Scripted, mode: str
) -> None:
    async with until_cancelled(scripted) as (began, ended), agent(gateway, mode) as client:
        call = asyncio.create_task(client.call_tool("ask", {"text": "What is a badge?"}))
        async with asyncio.timeout(PATIENCE_S):
            await began.wait()
            call.cancel()
            with suppress(asyncio.CancelledError):
                await call
            await ended.wait()


async def test_a_notification_stops_the_generator_through_any_replica(
    gateway: Replica, scripted: Scripted, make_settings: Callable[..., Settings]
) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Mcp-Session-Id": "s-1"}
    call = {
        "jsonrpc": "2.0",
        "id": 3,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"text": "What is a badge?"}},
    }
    stop = {
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": 3, "reason": "enough"},
    }
    async with (
        until_cancelled(scripted) as (began, ended),
        started(make_settings()) as other,
        asyncio.timeout(PATIENCE_S),
    ):
        waiting = asyncio.create_task(gateway.http.post("/mcp", json=call, headers=headers))
        await began.wait()
        stranger = {**headers, "Ragline-Tenant": "acme"}
        await other.http.post("/mcp", json=stop, headers=stranger)
        assert not ended.is_set()
        told = await other.http.post("/mcp", json=stop, headers=headers)
        answer = await waiting

    assert told.status_code == 202
    assert '"text":"stopped"' in answer.text.replace(": ", ":")


async def test_a_client_that_starts_its_servers_gets_the_same_over_stdio(
    gateway: Replica, scripted: Scripted
) -> None:
    listener = Listener()
    await scripted(listener.cited)

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ragline_cli.main", "mcp", "--url", gateway.url]
    )
    async with asyncio.timeout(PATIENCE_S), Client(stdio_client(command)) as client:
        tools = await client.list_tools()
        result = await client.call_tool(
            "ask", {"text": "What is a badge?"}, progress_callback=listener.note
        )

    assert [each.name for each in tools.tools] == ["ask", "read_source", "document_status"]
    assert result.structured_content["text"] == TEXT


async def test_a_call_that_is_cancelled_over_stdio_stops_the_generator(
    gateway: Replica, scripted: Scripted
) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ragline_cli.main", "mcp", "--url", gateway.url]
    )
    async with (
        asyncio.timeout(PATIENCE_S),
        until_cancelled(scripted) as (began, ended),
        Client(stdio_client(command)) as client,
    ):
        call = asyncio.create_task(client.call_tool("ask", {"text": "What is a badge?"}))
        await began.wait()
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call
        await ended.wait()


async def test_a_key_decides_tenant_groups_and_scopes(
    make_settings: Callable[..., Settings], scripted: Scripted, tmp_path: Path
) -> None:
    pipeline = await scripted(cited)
    keys = {name: make_key(name) for name in ("reader", "writer")}
    file = tmp_path / "keys.toml"
    for name, scope in (("reader", KeyScope.ASK), ("writer", KeyScope.WRITE)):
        entry = KeyEntry(
            id=name,
            sha256=digest_of(keys[name]).hex(),
            tenant="globex",
            groups=("staff",),
            scopes=frozenset({scope}),
        )
        with file.open("a") as lines:
            lines.write(entry_as_toml(entry))

    settings = make_settings(anonymous_tenant=None, keys_file=str(file))
    async with started(settings) as replica:
        async with agent(replica, headers={"X-API-Key": keys["reader"]}) as client:
            answer = await client.call_tool("ask", {"text": "What is a badge?"})
        async with agent(replica, headers={"X-API-Key": keys["writer"]}) as client:
            refused = await client.call_tool("ask", {"text": "What is a badge?"})
        unknown = await replica.http.post("/mcp", json={})

    query = pipeline.seen[answer.structured_content["query_id"]]
    assert (query.tenant, query.principal.groups) == ("globex", ("staff",))
    assert (refused.meta or {})["ragline/problem"]["code"] == "missing-scope"
    assert unknown.status_code == 401


async def test_a_page_of_another_name_may_not_call_without_credentials(gateway: Replica) -> None:
    async with httpx.AsyncClient(base_url=gateway.url) as http:
        rebound = await http.post("/mcp", json={}, headers={"Host": "evil.example"})
        foreign = await http.post("/mcp", json={}, headers={"Origin": "https://evil.example"})

    assert [each.status_code for each in (rebound, foreign)] == [403, 403]
    codes = [each.json()["error"]["data"]["code"] for each in (rebound, foreign)]
    assert codes == [
        "foreign-host",
        "foreign-origin",
    ]
