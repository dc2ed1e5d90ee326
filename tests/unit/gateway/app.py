"""A small application with everything around it that the gateway's has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, StringConstraints
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from ragline.errors import Misconfigured, Overloaded, Superseded, Unavailable
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import NoTracer
from ragline_gateway.access.caller import Caller
from ragline_gateway.access.gate import Anybody, Asker, Authenticates, Writer
from ragline_gateway.api_document import problems
from ragline_gateway.limits.allowance import Limiter
from ragline_gateway.limits.quota import Quota
from ragline_gateway.middleware import add_middlewares
from ragline_gateway.problems import (
    InvalidCredentials,
    NoCredentials,
    Problem,
    TooManyRequests,
)
from ragline_gateway.settings import GatewayGroup

RAISED: dict[str, Exception] = {
    "unavailable": Unavailable("redis://10.0.0.7 is away"),
    "overloaded": Overloaded("too many wait", retry_after=7.2),
    "superseded": Superseded("v3 is stored"),
    "misconfigured": Misconfigured("the password hunter2 is wrong"),
    "surprise": LookupError("the secret hunter2 of somebody"),
    "own": Problem(status=409, code="used-before", title="It was used before", detail="retry"),
}


class Body(BaseModel):
    text: Annotated[str, StringConstraints(min_length=1)]
    pet: str | None = None


router = APIRouter(prefix="/v1", responses=problems(401, 403, 413, 422, 429, 503))


@router.get("/me")
async def me(caller: Anybody) -> dict[str, str]:
    return {"subject": caller.subject, "tenant": caller.tenant}


@router.post("/queries")
async def ask(body: Body, caller: Asker) -> dict[str, str]:
    return {"text": body.text, "by": caller.subject}


@router.post("/chat/completions")
async def chat(body: Body, _caller: Asker) -> dict[str, str]:
    return {"text": body.text}


@router.put("/documents/{document_id:path}")
async def put(document_id: str, request: Request, _caller: Writer) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.get("/raise/{name}")
async def raise_(name: str, _caller: Asker) -> None:
    raise RAISED.get(name, HTTPException(404))


@router.get("/stream")
async def stream(_caller: Asker, breaks: bool = False) -> Response:
    async def events() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        if breaks:
            raise LookupError("the secret hunter2 of somebody")
        yield b"data: 2\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


class KnownCallers:
    """Lets in who says `Bearer NAME`, with the rights of that name."""

    def __init__(self, **callers: Caller) -> None:
        self._callers = callers

    async def admit(self, headers: Headers) -> Caller:
        credential = headers.get("authorization")
        if credential is None:
            raise NoCredentials
        caller = self._callers.get(credential.removeprefix("Bearer "))
        if caller is None:
            raise InvalidCredentials("nobody knows it")
        return caller


@dataclass
class Countdown:
    """Says what is left, and notes who asked."""

    left: int | None = None
    seen: list[str] = field(default_factory=list)

    async def take(self, caller: Caller, *, beyond: int = 0) -> Quota | None:
        self.seen.append(caller.subject)
        if self.left is None:
            return None
        if self.left < (beyond or 1):
            raise TooManyRequests(10, 7.0, {"RateLimit": "none"})
        self.left -= beyond or 1
        return Quota(limit=10, remaining=self.left, reset_s=1.5)


def make_app(
    authenticator: Authenticates, limiter: Limiter, metrics: Metrics, settings: GatewayGroup
) -> FastAPI:
    app = FastAPI()
    app.include_router(router)

    @app.get("/open")
    async def opened() -> str:
        return "open"

    async def file(_: Request) -> Response:
        return PlainTextResponse("file")

    app.mount("/console", Starlette(routes=[Route("/{path:path}", file)]))
    add_middlewares(
        app,
        authenticator=authenticator,
        limiter=limiter,
        metrics=metrics,
        settings=settings,
        new_id=lambda: "f-1",
        tracer=NoTracer(),
    )
    return app
