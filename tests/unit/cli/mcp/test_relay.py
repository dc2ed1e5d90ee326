"""The relay: the tools, results, progress and errors of the server behind it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp.client import Client
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
    Tool,
)

from ragline.errors import Unavailable
from ragline_cli.mcp.relay import make_relay, open_gateway
from ragline_cli.mcp.target import McpTarget

Context = ServerRequestContext[Any, Any]


async def list_tools(_: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
    schema: dict[str, Any] = {"type": "object"}
    return ListToolsResult(tools=[Tool(name="ask", input_schema=schema, output_schema=schema)])


async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
    if params.name != "ask":
        raise MCPError(-32602, "there is no such tool", {"code": "unknown"})
    await context.session.report_progress(1, 5, "classifier at work")
    text = str((params.arguments or {})["text"])
    return CallToolResult(
        content=[TextContent(text=text)],
        structured_content={"text": text},
        is_error=text == "fail",
        _meta={"ragline/problem": {"code": "overloaded"}},
    )


async def list_resources(_: Context, _params: PaginatedRequestParams | None) -> ListResourcesResult:
    return ListResourcesResult(resources=[Resource(uri="ragline://documents/a", name="a")])


async def list_templates(
    _: Context, _params: PaginatedRequestParams | None
) -> ListResourceTemplatesResult:
    template = ResourceTemplate(uri_template="ragline://documents/{+id}", name="document")
    return ListResourceTemplatesResult(resource_templates=[template])


async def read_resource(_: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
    return ReadResourceResult(contents=[TextResourceContents(uri=params.uri, text="A")])


@asynccontextmanager
async def relayed(mode: str) -> AsyncIterator[Client]:
    """Open a client of a relay in front of a server."""
    gateway = Server(
        "gateway",
        instructions="cite",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )
    async with Client(gateway) as behind, Client(make_relay(behind), mode=mode) as client:
        yield client


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_everything_is_the_gateways(mode: str) -> None:
    seen: list[tuple[float, float | None, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))

    async with relayed(mode) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool("ask", {"text": "Where?"}, progress_callback=note)
        failed = await client.call_tool("ask", {"text": "fail"})
        with pytest.raises(MCPError, match="no such tool") as unknown:
            await client.call_tool("search", {})
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        read = await client.read_resource("ragline://documents/a")
        instructions = client.instructions

    assert (instructions, [each.name for each in tools]) == ("cite", ["ask"])
    assert answer.structured_content == {"text": "Where?"}
    assert seen == [(1, 5, "classifier at work")]
    assert failed.is_error
    assert failed.meta is not None
    assert failed.meta["ragline/problem"] == {"code": "overloaded"}
    assert unknown.value.data == {"code": "unknown"}
    assert [str(each.uri) for each in resources] == ["ragline://documents/a"]
    assert [each.name for each in templates] == ["document"]
    assert [getattr(each, "text", None) for each in read.contents] == ["A"]


async def test_a_gateway_that_is_away_is_named() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/mcp"
        with pytest.raises(Unavailable, match="no gateway answers at"):
            async with open_gateway(McpTarget(url=url, headers={})):
                raise AssertionError("it was reached")
