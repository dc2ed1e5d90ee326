"""All allowed methods of a path: a router names only those of the first matching route."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from ragline_gateway.problem_responses import problem_of, response_of


def answer_wrong_methods(app: FastAPI, routes: Iterable[BaseRoute]) -> None:
    """Make 405 responses of `app` name all methods of the path (RFC 9110, section 15.5.6).

    The header says it to programs, the detail to people.
    """
    known = [route for route in routes if isinstance(route, Route)]

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem is None or not isinstance(error, HTTPException):
            raise error
        if request.method not in (methods := _methods(known, request)):
            problem.headers["Allow"] = ", ".join(sorted(methods))
            problem.detail = f"this path takes {' and '.join(sorted(methods))}; see /docs"
        return response_of(problem, request.scope)

    app.add_exception_handler(405, answer)


def _methods(routes: list[Route], request: Request) -> set[str]:
    fitting = [each for each in routes if each.matches(request.scope)[0] is not Match.NONE]
    return {
        method for each in fitting if each.path == fitting[0].path for method in each.methods or ()
    }
