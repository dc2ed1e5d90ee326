"""Passes MCP on from standard input and output to a gateway, and its answers back.

The tools are the gateway's, so both doors offer the same. Progress comes back while a call runs,
and a call that is cancelled here is cancelled there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
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
)

from ragline.errors import Misconfigured, RaglineError, Unavailable
from ragline_cli.mcp.target import McpTarget

_CONNECT_S = 30.0
# The gateway says something on an open stream every 15 s
_SILENCE_S = 60.0

_Context = ServerRequestContext[Any, Any]


async def run(target: McpTarget) -> None:
    """Serve until standard input ends.

    Raises:
        Unavailable: the gateway cannot be reached.
        Misconfigured: it does not let the caller in, or does not speak MCP.
    """
    async with open_gateway(target) as gateway, stdio_server() as (reading, writing):
        server = make_relay(gateway)
        await server.run(reading, writing, server.create_initialization_options())


@asynccontextmanager
async def open_gateway(target: McpTarget) -> AsyncIterator[Client]:
    """Connect to a gateway.

    Raises:
        Unavailable: it cannot be reached.
        Misconfigured: it does not let the caller in, or does not speak MCP.
    """
    timeout = httpx2.Timeout(_CONNECT_S, read=_SILENCE_S)
    async with AsyncExitStack() as stack:
        http = httpx2.AsyncClient(headers=dict(target.headers), timeout=timeout)
        transport = streamable_http_client(
            target.url, http_client=await stack.enter_async_context(http)
        )
        try:
            client = await stack.enter_async_context(Client(transport))
        except Exception as error:
            raise _refusal(target, error) from error
        yield client


def _refusal(target: McpTarget, error: BaseException) -> RaglineError:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, httpx2.HTTPError):
        return Unavailable(f"no gateway answers at {target.url}: {error or type(error).__name__}")
    if isinstance(error, MCPError):
        return Misconfigured(f"the gateway at {target.url} refuses: {error.message}")
    return Misconfigured(f"what answers at {target.url} does not speak MCP: {error}")


def make_relay(gateway: Client) -> Server[Any]:
    """Return a server that asks `gateway` everything."""
    relay = _Relay(gateway)
    return Server(
        "ragline",
        title="Ragline",
        version="1",
        instructions=gateway.instructions,
        on_list_tools=relay.list_tools,
        on_call_tool=relay.call_tool,
        on_list_resources=relay.list_resources,
        on_list_resource_templates=relay.list_templates,
        on_read_resource=relay.read_resource,
    )


class _Relay:
    """One method for each request of the protocol."""

    def __init__(self, gateway: Client) -> None:
        self._gateway = gateway

    async def list_tools(
        self, _context: _Context, params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return await self._gateway.list_tools(cursor=_cursor(params))

    async def call_tool(self, context: _Context, params: CallToolRequestParams) -> CallToolResult:
        async def tell(progress: float, total: float | None, message: str | None) -> None:
            await context.session.report_progress(progress, total, message)

        return await self._gateway.call_tool(params.name, params.arguments, progress_callback=tell)

    async def list_resources(
        self, _context: _Context, params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        return await self._gateway.list_resources(cursor=_cursor(params))

    async def list_templates(
        self, _context: _Context, params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        return await self._gateway.list_resource_templates(cursor=_cursor(params))

    async def read_resource(
        self, _context: _Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        return await self._gateway.read_resource(params.uri)


def _cursor(params: PaginatedRequestParams | None) -> str | None:
    return None if params is None else params.cursor
