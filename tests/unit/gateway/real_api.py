"""A client of the real application over fakes, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from tests.unit.gateway.app import Countdown, KnownCallers

from ragline.clock import utc_now
from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Envelope
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import NoTracer
from ragline_gateway.access.caller import Caller, KeyScope
from ragline_gateway.api import make_api
from ragline_gateway.middleware import add_middlewares
from ragline_gateway.parts import Parts
from ragline_gateway.settings import GatewayGroup


@dataclass
class Published:
    """Takes events as the publisher does."""

    events: list[Event] = field(default_factory=list)

    async def publish(self, event: Event, *, envelope: Envelope) -> None:
        self.events.append(event)


def caller(*scopes: KeyScope, groups: tuple[str, ...] = ()) -> Caller:
    return Caller(subject="key:k", tenant="acme", groups=groups, scopes=frozenset(scopes))


CALLERS = {
    "asker": caller(KeyScope.ASK),
    "staff": caller(KeyScope.ASK, groups=("staff",)),
    "writer": caller(KeyScope.ASK, KeyScope.WRITE),
    "member": caller(KeyScope.ASK, KeyScope.WRITE, groups=("staff",)),
    "setter": caller(KeyScope.ACCESS),
    "cms": caller(KeyScope.WRITE, KeyScope.ACCESS),
    "operator": caller(KeyScope.ASK, KeyScope.OPERATE),
    "all": caller(*KeyScope),
}


@asynccontextmanager
async def real_api(
    *, published: Published, limiter: Countdown, views: Any = None, sources: Any = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client; questions are not answered."""
    unused = cast("Any", None)
    settings = GatewayGroup()
    parts = Parts(
        publisher=cast("Any", published),
        asking=unused,
        looking=unused,
        streams=unused,
        views=views,
        sources=sources,
        clock=utc_now,
        new_id=lambda: "id",
        settings=settings,
    )
    app = make_api(parts)
    add_middlewares(
        app,
        authenticator=KnownCallers(**CALLERS),
        limiter=limiter,
        metrics=Metrics(),
        settings=settings,
        new_id=lambda: "f-1",
        tracer=NoTracer(),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


def as_(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}
