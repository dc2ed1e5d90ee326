"""Problem responses, and the problem that each exception becomes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ragline.errors import (
    DeadlineExceeded,
    InvalidDocument,
    InvalidEvent,
    RaglineError,
    Superseded,
    TransientError,
)
from ragline_gateway.field_place import field_place
from ragline_gateway.problems import FieldError, Problem, retry_after_header

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# Clients of these paths expect errors in OpenAI's format
_OPENAI_PATHS = ("/v1/chat/", "/v1/models", "/v1/responses")
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
# Clients of this one read JSON-RPC alone (section 5.1), and only if it is called JSON
_MCP_PATH = "/mcp"
_INVALID_REQUEST, _INTERNAL_ERROR = -32600, -32603
_LONGEST_NAME = 64


def install(app: FastAPI) -> None:
    """Register handlers so that `app` answers known exceptions with a problem."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem is None:
            raise error
        return response_of(problem, request.scope)

    for kind in (Problem, RequestValidationError, HTTPException, RaglineError):
        app.add_exception_handler(kind, answer)


def response_of(problem: Problem, scope: Scope) -> Response:
    """Return the response to the request of `scope`, and store the problem's code in the scope."""
    scope.setdefault("state", {})["problem"] = problem.code
    body, media_type = problem.body(), MEDIA_TYPE
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if path.startswith(_OPENAI_PATHS):
        body["error"] = openai_error(problem)
    elif path == _MCP_PATH:
        body, media_type = _json_rpc_error(problem), "application/json"
    # escaped: a name in `loc` may hold a lone surrogate, which UTF-8 cannot encode
    return Response(
        json.dumps(body), problem.status, headers=problem.headers, media_type=media_type
    )


async def send_problem(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the request of `scope` with `problem`, from a middleware."""
    await response_of(problem, scope)(scope, receive, send)


def problem_of(error: Exception) -> Problem | None:
    """Return the problem that callers see for `error`, or None for an internal error."""
    return next((tell(error) for kind, tell in _TOLD if isinstance(error, kind)), None)


def _invalid(error: RequestValidationError) -> Problem:
    errors = [
        FieldError(loc=[_name(part) for part in _place(each, error.body)], message=_message(each))
        for each in error.errors()
    ]
    return Problem(
        status=422,
        code="invalid-request",
        title="The request cannot be understood",
        detail="correct what `errors` names",
        errors=errors,
    )


def _place(error: dict[str, Any], body: Any) -> Sequence[Any]:
    source, *loc = error["loc"]
    if source != "body" or not isinstance(body, dict | list):
        return [source, *loc]
    return [source, *field_place(loc, body, missing=error["type"] == "missing")]


def _name(part: Any) -> str | int:
    """Return a part of the location; for an unknown field it is a name from the caller."""
    return part if isinstance(part, int) else str(part)[:_LONGEST_NAME]


def _message(error: dict[str, Any]) -> str:
    # pydantic's only message that repeats input
    if error["type"] == "union_tag_invalid":
        return "Input tag is none of the expected tags"
    return str(error["msg"])


def _http(error: HTTPException) -> Problem:
    phrase = HTTPStatus(error.status_code).phrase
    return Problem(
        status=error.status_code,
        code=phrase.lower().replace(" ", "-"),
        title=phrase,
        detail=error.detail if error.detail != phrase else None,
        headers=error.headers,
    )


def _not_now(error: TransientError) -> Problem:
    """Return a 503 or 504; only the log names the dependency that is unavailable."""
    log.warning("a request could not be served: %s", error)
    late = isinstance(error, DeadlineExceeded)
    return Problem(
        status=504 if late else 503,
        code=error.code.replace("_", "-"),
        title="It took too long" if late else "This cannot be done just now",
        detail="try again after `Retry-After` seconds",
        headers=retry_after_header(error.retry_after),
    )


def _superseded(_: Superseded) -> Problem:
    return Problem(
        status=409,
        code="superseded",
        title="A newer version is stored",
        detail="state a higher version",
    )


def _unusable(error: InvalidEvent | InvalidDocument) -> Problem:
    return Problem(
        status=422,
        code=error.code.replace("_", "-"),
        title="The request cannot be used",
        detail=str(error),
    )


_TOLD: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (Problem, lambda problem: problem),
    (RequestValidationError, _invalid),
    (HTTPException, _http),
    (TransientError, _not_now),
    (Superseded, _superseded),
    (InvalidEvent, _unusable),
    (InvalidDocument, _unusable),
)


def _json_rpc_error(problem: Problem) -> dict[str, Any]:
    """Return the answer to a message that was not looked at: it has no id."""
    code = _INTERNAL_ERROR if problem.status >= 500 else _INVALID_REQUEST
    error = {"code": code, "message": problem.text(), "data": problem.body()}
    return {"jsonrpc": "2.0", "id": None, "error": error}


def _deepest(errors: Sequence[FieldError]) -> FieldError:
    """Return the first error, or what is wrong within it.

    Of a field of several kinds the kind that fits best was read farthest.
    """
    place = errors[0].loc
    within = [each for each in errors if each.loc[: len(place)] == place]
    return max(within, key=lambda each: len(each.loc))


def openai_error(problem: Problem) -> dict[str, Any]:
    """Return the problem as OpenAI's clients expect errors."""
    server = "server_error" if problem.status >= 500 else "invalid_request_error"
    first = _deepest(problem.errors) if problem.errors else None
    message = f"{problem.title}: {problem.detail}" if problem.detail else problem.title
    adds = first is not None and first.message not in message
    return {
        "message": f"{message} ({first.message})" if first and adds else message,
        "type": _OPENAI_TYPES.get(problem.status, server),
        "code": problem.code,
        "param": ".".join(str(part) for part in first.loc[1:]) if first else None,
    }
