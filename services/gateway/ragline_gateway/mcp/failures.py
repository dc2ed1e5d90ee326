"""The API's problems in MCP's two forms: a tool's result that is an error, and an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.exceptions import RequestValidationError
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolResult, TextContent
from pydantic import ValidationError

from ragline_gateway.problem_responses import problem_of
from ragline_gateway.problems import Problem
from ragline_gateway.unexpected import fault

# Where a tool's error carries the problem: the output's schema is that of success alone, and
# clients check `structuredContent` against it even of an error
PROBLEM_META = "ragline/problem"


def problem_behind(error: Exception, *, new_id: Callable[[], str]) -> Problem:
    """Return the problem that a caller sees for `error`; an unexpected one is logged.

    To be called while `error` is being handled.
    """
    if isinstance(error, ValidationError):
        error = _invalid_arguments(error)
    return problem_of(error) or fault(new_id())


def _invalid_arguments(error: ValidationError) -> RequestValidationError:
    return RequestValidationError(
        [{**each, "loc": ("arguments", *each["loc"])} for each in error.errors()]
    )


def failed_result(problem: Problem) -> CallToolResult:
    """Return `problem` as a tool's result, which its model can read and act on."""
    return CallToolResult(
        content=[TextContent(text=problem.text())],
        is_error=True,
        _meta={PROBLEM_META: problem.body()},
    )


def failed_request(problem: Problem) -> MCPError:
    """Return `problem` as the error of a request that is no tool's."""
    data: dict[str, Any] = problem.body()
    code = INTERNAL_ERROR if problem.status >= 500 else INVALID_PARAMS
    return MCPError(code, problem.text(), data)
