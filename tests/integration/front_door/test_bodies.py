"""Large bodies and open streams on a real server."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from tests.integration.front_door.conftest import Serve
from tests.patience import PATIENCE_S
from tests.unit.gateway.app import Countdown, KnownCallers, make_app

from ragline.observability.metrics import Metrics
from ragline_gateway.access.caller import Caller
from ragline_gateway.settings import GatewayGroup

MOST = 1_000_000
ADA = {"Authorization": "Bearer ada"}


@pytest.fixture
async def http(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    authenticator = KnownCallers(ada=Caller(subject="key:ada", tenant="acme"))
    app = make_app(authenticator, Countdown(), Metrics(), GatewayGroup(max_body_bytes=MOST))
    async with httpx.AsyncClient(base_url=await serve(app), headers=ADA) as client:
        yield client


async def parts(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 10_000):
        yield b"x" * 10_000


@pytest.mark.parametrize("body", [lambda: b"x" * MOST, lambda: parts(MOST)])
async def test_the_largest_body_passes(
    http: httpx.AsyncClient, body: Callable[[], bytes | AsyncIterator[bytes]]
) -> None:
    answer = await http.put("/v1/documents/a", content=body())
    assert answer.json() == {"bytes": MOST}


@pytest.mark.parametrize(
    "body", [lambda: b"x" * (MOST + 1), lambda: b"x" * 20 * MOST, lambda: parts(20 * MOST)]
)
async def test_a_client_that_sends_too_much_gets_to_read_why(
    http: httpx.AsyncClient, body: Callable[[], bytes | AsyncIterator[bytes]]
) -> None:
    for _ in range(5):
        answer = await http.put("/v1/documents/a", content=body())
        assert answer.status_code == 413
        assert answer.json()["detail"] == "send at most 1000000 bytes"


async def test_who_has_no_credentials_cannot_fill_the_memory(http: httpx.AsyncClient) -> None:
    del http.headers["Authorization"]
    tracemalloc.start()
    try:
        for _ in range(5):
            answer = await http.put("/v1/documents/a", content=parts(MOST))
            assert answer.status_code == 401
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST


async def test_the_parts_of_a_stream_arrive_as_they_are_sent(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE_S), http.stream("GET", "/v1/stream") as answer:
        received = [part async for part in answer.aiter_bytes()]
    assert b"".join(received) == b"data: 1\n\ndata: 2\n\n"


async def test_a_small_answer_waits_for_no_acknowledgement(http: httpx.AsyncClient) -> None:
    """Linux acknowledges late by 40 ms, for which Nagle's algorithm would hold each answer back."""
    took = []
    for _ in range(21):
        started = time.perf_counter()
        assert (await http.post("/v1/queries", json={"text": "why?"})).status_code == 200
        took.append(time.perf_counter() - started)
    assert min(took) < 0.03
