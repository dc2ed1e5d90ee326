"""A client of the small application, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from tests.unit.gateway.app import Countdown, KnownCallers, make_app

from ragline.observability.metrics import Metrics
from ragline_gateway.access.caller import Caller, KeyScope
from ragline_gateway.settings import GatewayGroup

ADA = {"Authorization": "Bearer ada"}
READER = Caller(subject="key:reader", tenant="acme", scopes=frozenset())


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def limiter() -> Countdown:
    return Countdown()


@pytest.fixture
def settings() -> GatewayGroup:
    return GatewayGroup(max_body_bytes=100, cors_origins=("https://portal.example",))


@pytest.fixture
def app(metrics: Metrics, limiter: Countdown, settings: GatewayGroup) -> FastAPI:
    asker = frozenset({KeyScope.ASK})
    authenticator = KnownCallers(
        ada=Caller(subject="key:ada", tenant="acme", scopes=asker), reader=READER
    )
    return make_app(authenticator, limiter, metrics, settings)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client
