"""The MCP server: which of the gateway's components answers which of the protocol's requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)
from starlette.requests import Request

from ragline_gateway.access.caller import Caller
from ragline_gateway.mcp import resources
from ragline_gateway.mcp.failures import failed_request, failed_result, problem_behind
from ragline_gateway.mcp.progress import TOTAL, ProgressStep
from ragline_gateway.mcp.sessions import call_key
from ragline_gateway.mcp.tools import TOOLS, ToolCall, check_scope, run_of
from ragline_gateway.parts import Parts
from ragline_gateway.problems import Problem

_ABOUT = """\
Answers from the organisation's own documents, with citations that can be checked. `ask` a whole \
question; cite what `citations` names; do not rely on sentences that `claims` marks unsupported. \
`read_source` shows the text around a citation.
"""

Context = ServerRequestContext[Any, Request]

_T = TypeVar("_T")


def make_server(parts: Parts) -> Server[Any]:
    """Return the server over `parts`; each request brings its caller, whom the gate has admitted.

    It keeps nothing between requests, so any replica serves any of them.
    """
    asked = _Requests(parts)
    return Server(
        "ragline",
        title="Ragline",
        version="1",
        instructions=_ABOUT,
        on_list_tools=asked.list_tools,
        on_call_tool=asked.call_tool,
        on_list_resources=asked.list_resources,
        on_list_resource_templates=asked.list_templates,
        on_read_resource=asked.read_resource,
    )


class _Requests:
    """One method for each request of the protocol."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list_tools(
        self, _context: Context, _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=list(TOOLS))

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        run = run_of(params.name)
        if run is None:
            names = ", ".join(each.name for each in TOOLS)
            raise MCPError(INVALID_PARAMS, f"there is no such tool; the tools are {names}")

        async def tell(step: ProgressStep) -> None:
            await context.session.report_progress(step.progress, TOTAL, step.message)

        try:
            caller = _admitted(context)
            call = ToolCall(caller=caller, parts=self._parts, key=_key(context), tell=tell)
            return await run(call, params.arguments or {})
        except Exception as error:
            return failed_result(self._noted(context, error))

    async def list_resources(
        self, context: Context, _params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        found = await self._or_error(
            context, lambda: resources.listed(_admitted(context), self._parts)
        )
        return ListResourcesResult(resources=found)

    async def list_templates(
        self, _context: Context, _params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=list(resources.TEMPLATES))

    async def read_resource(
        self, context: Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        found = await self._or_error(
            context, lambda: resources.read(params.uri, _admitted(context), self._parts)
        )
        return ReadResourceResult(contents=[found])

    async def _or_error(self, context: Context, work: Callable[[], Awaitable[_T]]) -> _T:
        try:
            return await work()
        except Exception as error:
            raise failed_request(self._noted(context, error)) from None

    def _noted(self, context: Context, error: Exception) -> Problem:
        """Return the problem behind `error`; the request's metrics count it."""
        problem = problem_behind(error, new_id=self._parts.new_id)
        if context.request is not None:
            context.request.state.problem = problem.code
        return problem


def _admitted(context: Context) -> Caller:
    """Return the caller, who may ask.

    Raises:
        MissingScope: the caller may not.
    """
    if context.request is None:
        raise RuntimeError("a request of MCP came without its HTTP request")
    caller: Caller = context.request.state.caller
    check_scope(caller)
    return caller


def _key(context: Context) -> str | None:
    request = context.request
    return None if request is None else call_key(request.headers, context.request_id)
