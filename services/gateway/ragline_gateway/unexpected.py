"""Unexpected errors: a 500 response that holds only the number of the log entry."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragline_gateway.problem_responses import problem_of, send_problem
from ragline_gateway.problems import Problem

log = logging.getLogger(__name__)


class BrokenOff(Exception):
    """A response failed after it had started; the server closes the connection."""


class Unexpected:
    """ASGI middleware that answers exceptions with a 500; it runs inside the header middleware.

    Starlette's own handler is outermost: its response would lack CORS headers, so that browsers
    report a network error, and it raises the exception again, which the server then logs twice.

    Args:
        app: the wrapped application.
        new_id: returns the number of an error, for its response and the log.
    """

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            log.debug("a caller disconnected before the request was read")
        except Exception as error:
            problem = problem_of(error) or fault(self._new_id())
            if began:
                raise BrokenOff(problem.detail or problem.code) from None
            await send_problem(problem, scope, receive, send)


def fault(number: str) -> Problem:
    """Log the exception that is being handled, and return the problem that names its log entry."""
    log.exception("fault %s", number)
    return Problem(
        status=500,
        code="internal",
        title="Something went wrong here",
        detail=f"the operator finds it in the log as fault {number}",
    )
