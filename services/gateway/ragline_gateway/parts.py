"""What the routes work with, and how a route gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.datastructures import Headers

from ragline.clock import Clock
from ragline.ports.sources import DocumentReader
from ragline.ports.views import Views
from ragline_gateway.access.caller import Caller, Scope
from ragline_gateway.problems import Problem
from ragline_gateway.publishing import Publisher
from ragline_gateway.queries.asking import Asking
from ragline_gateway.queries.looking import Looking
from ragline_gateway.settings import GatewayGroup
from ragline_gateway.streams.following import Streams


class Door(Protocol):
    """Tells who a request comes from."""

    async def admit(self, headers: Headers) -> Caller:
        """Return the caller, or raise a `Problem`."""
        ...


class Limiter(Protocol):
    """Counts a caller's requests."""

    async def take(self, caller: Caller, request: Request) -> None:
        """Count one request, or raise a `Problem` when there were too many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything behind the routes."""

    door: Door
    limiter: Limiter
    publisher: Publisher
    asking: Asking
    looking: Looking
    streams: Streams
    views: Views
    sources: DocumentReader
    clock: Clock
    new_id: Callable[[], str]
    settings: GatewayGroup


async def parts_of(request: Request) -> Parts:
    """Return the application's parts."""
    parts: Parts = request.app.state.parts
    return parts


Behind = Annotated[Parts, Depends(parts_of)]


class Requires:
    """A dependency: the caller, who must have a scope and requests left."""

    def __init__(self, scope: Scope | None) -> None:
        self._scope = scope

    async def __call__(self, request: Request, parts: Behind) -> Caller:
        """Return the caller.

        Raises:
            Problem: 401, 403 or 429.
        """
        caller = await parts.door.admit(request.headers)
        request.state.caller = caller
        await parts.limiter.take(caller, request)
        if self._scope is not None and self._scope not in caller.scopes:
            raise Problem(
                status=403,
                code="missing-scope",
                title=f"These credentials may not {self._scope}",
                detail=f"use credentials with the scope `{self._scope}`",
            )
        return caller


Anybody = Annotated[Caller, Depends(Requires(None))]
Asker = Annotated[Caller, Depends(Requires(Scope.ASK))]
Writer = Annotated[Caller, Depends(Requires(Scope.WRITE))]
Operator = Annotated[Caller, Depends(Requires(Scope.OPERATE))]
