"""The tools as agents are shown them, and what each does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mcp_types import CallToolResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel

from ragline_gateway.access.caller import Caller, KeyScope
from ragline_gateway.access.gate import require
from ragline_gateway.documents import routes as documents
from ragline_gateway.mcp.ask import Tell, ask
from ragline_gateway.mcp.models import (
    AskArguments,
    AskResult,
    SourceArguments,
    SourceResult,
    StatusArguments,
    StatusResult,
)
from ragline_gateway.mcp.texts import answer_text, source_text, status_text
from ragline_gateway.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call of a tool: who calls, what works for it, and how its progress is told.

    `key` names the call among the caller's; None where no notification can cancel it.
    """

    caller: Caller
    parts: Parts
    key: str | None
    tell: Tell


Run = Callable[[ToolCall, Mapping[str, Any]], Awaitable[CallToolResult]]


async def _ask(call: ToolCall, given: Mapping[str, Any]) -> CallToolResult:
    arguments = AskArguments.model_validate(given)
    result = await ask(arguments, call.caller, call.parts, key=call.key, tell=call.tell)
    return _result(result, answer_text(result))


async def _read_source(call: ToolCall, given: Mapping[str, Any]) -> CallToolResult:
    wanted = SourceArguments.model_validate(given)
    found = await documents.source(wanted.document_id, call.caller, call.parts, wanted.version)
    result = SourceResult.cut(found, start=wanted.start, most=wanted.max_chars)
    return _result(result, source_text(result))


async def _document_status(call: ToolCall, given: Mapping[str, Any]) -> CallToolResult:
    wanted = StatusArguments.model_validate(given)
    found = await documents.status(wanted.document_id, call.caller, call.parts, wanted.version)
    result = StatusResult.from_progress(found)
    return _result(result, status_text(result))


def _result(model: BaseModel, text: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(text=text)], structured_content=model.model_dump(mode="json")
    )


def _tool(
    name: str,
    title: str,
    description: str,
    arguments: type[BaseModel],
    result: type[BaseModel],
    *,
    repeatable: bool = True,
) -> Tool:
    return Tool(
        name=name,
        title=title,
        description=description,
        input_schema=arguments.model_json_schema(),
        output_schema=result.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=repeatable,
            open_world_hint=False,
        ),
    )


TOOLS = (
    _tool(
        "ask",
        "Ask the documents",
        "Answers a question from the organisation's documents, with citations and a verdict on "
        "each sentence. It says so when the documents do not hold the answer. Ask one whole "
        "question; put earlier turns into `history`.",
        AskArguments,
        AskResult,
        repeatable=False,
    ),
    _tool(
        "read_source",
        "Read a document",
        "Reads the text of a document that an answer cites, or a slice of it, to check a citation "
        "or to read on around it.",
        SourceArguments,
        SourceResult,
    ),
    _tool(
        "document_status",
        "Status of a document",
        "Tells whether a document, or a version of it, can be searched yet, and why not.",
        StatusArguments,
        StatusResult,
    ),
)

_RUNS: Mapping[str, Run] = MappingProxyType(
    {"ask": _ask, "read_source": _read_source, "document_status": _document_status}
)


def run_of(name: str) -> Run | None:
    """Return what the tool `name` does, or None if there is no such tool."""
    return _RUNS.get(name)


def check_scope(caller: Caller) -> None:
    """Return if `caller` may use the tools and read resources: whoever may ask.

    Raises:
        MissingScope: the caller may not.
    """
    require(caller, KeyScope.ASK)
