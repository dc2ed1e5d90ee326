"""Authentication and rate limiting, before a request reaches its route."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from ragline_gateway.access.caller import Caller, KeyScope
from ragline_gateway.limits.allowance import Allowance, Limiter
from ragline_gateway.problems import MissingScope, NoCredentials

MCP_PATH = "/mcp"
_API = "/v1/"


class Authenticates(Protocol):
    """Authenticates a request."""

    async def admit(self, headers: Headers) -> Caller:
        """Return the caller, or raise a `Problem` or `Unavailable`."""
        ...


class Gate:
    """ASGI middleware: admits the callers of `/v1/` and `/mcp` before any of their body is read.

    A dependency of the routes would run only after the body is read: a caller without credentials
    could then make the gateway hold megabytes for each request. The caller is in
    `request.state.caller`, and what else the request costs goes through `request.state.allowance`.
    """

    def __init__(self, app: ASGIApp, *, authenticator: Authenticates, limiter: Limiter) -> None:
        self._app = app
        self._authenticator = authenticator
        self._limiter = limiter

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            Problem: 401, 403, 422 or 429.
            Unavailable: credentials cannot be verified at the moment.
        """
        if scope["type"] != "http" or not _is_guarded(_path(scope)):
            await self._app(scope, receive, send)
            return
        caller = await self._authenticator.admit(Headers(raw=scope["headers"]))
        allowance = Allowance(self._limiter, caller)
        scope.setdefault("state", {}).update(caller=caller, allowance=allowance)
        await allowance.enter()
        await self._app(scope, receive, _with_quota(send, allowance))


def _is_guarded(path: str) -> bool:
    return path == MCP_PATH or path.startswith((_API, f"{MCP_PATH}/"))


def _path(scope: AsgiScope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _with_quota(send: Send, allowance: Allowance) -> Send:
    async def send_with_quota(message: Message) -> None:
        if message["type"] == "http.response.start" and allowance.quota is not None:
            told = allowance.quota.headers().items()
            added = [(name.lower().encode(), value.encode()) for name, value in told]
            message["headers"] = [*message.get("headers", ()), *added]
        await send(message)

    return send_with_quota


class Requires:
    """A dependency: the caller, who must have `scope`; None accepts every authenticated caller."""

    def __init__(self, scope: KeyScope | None) -> None:
        self._scope = scope

    async def __call__(self, request: Request) -> Caller:
        """Return the caller.

        Raises:
            NoCredentials: the request did not come through the gate.
            MissingScope: the caller may not do this.
        """
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            raise NoCredentials
        if self._scope is not None:
            require(caller, self._scope)
        return caller


def require(caller: Caller, scope: KeyScope) -> None:
    """Return when `caller` has `scope`.

    Raises:
        MissingScope: the caller has not.
    """
    if scope not in caller.scopes:
        raise MissingScope(scope)


Anybody = Annotated[Caller, Depends(Requires(None))]
Asker = Annotated[Caller, Depends(Requires(KeyScope.ASK))]
Writer = Annotated[Caller, Depends(Requires(KeyScope.WRITE))]
AccessSetter = Annotated[Caller, Depends(Requires(KeyScope.ACCESS))]
Operator = Annotated[Caller, Depends(Requires(KeyScope.OPERATE))]
