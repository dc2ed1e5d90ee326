"""What no event can carry is refused at the front door, before anything is published."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from tests.unit.gateway.app import Countdown

from ragline.contracts.base import Event
from ragline_gateway import problem_responses
from ragline_gateway.access.caller import Caller
from ragline_gateway.documents.routes import router as documents
from ragline_gateway.limits.allowance import Allowance
from ragline_gateway.queries.routes import router as queries

TURN = {"role": "user", "text": "x" * 32_768}


class FakePublisher:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.published: list[Event] = []

    async def publish(self, event: Event, *, envelope: object) -> None:
        self.published.append(event)


@pytest.fixture
def publisher() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
async def http(publisher: FakePublisher) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(documents)
    app.include_router(queries)
    problem_responses.install(app)
    app.state.parts = SimpleNamespace(publisher=publisher)

    @app.middleware("http")
    async def admit(request: Request, call_next: RequestResponseEndpoint) -> Response:
        caller = Caller(subject="key:ada", tenant="acme")
        request.state.caller = caller
        request.state.allowance = Allowance(Countdown(), caller)
        return await call_next(request)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/v1/documents/d", {"content": "x", "tags": ["t" * 3_000_000]}, ["body", "tags", 0]),
        ("/v1/documents/d", {"content": "x", "title": "t" * 2_001}, ["body", "title"]),
        (
            "/v1/documents/d",
            {"content": "x", "attributes": {"owner": "v" * 2_001}},
            ["body", "attributes", "owner"],
        ),
        ("/v1/documents/d/access", {"access": ["g"] * 1_001}, ["body", "access"]),
    ],
)
async def test_a_document_with_too_long_metadata_is_refused(
    http: httpx.AsyncClient,
    publisher: FakePublisher,
    path: str,
    body: dict[str, Any],
    place: list[str | int],
) -> None:
    answer = await http.put(path, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == place
    assert publisher.published == []


@pytest.mark.parametrize("tags", [["t" * 257], ["t"] * 101])
async def test_files_with_too_long_tags_are_refused(
    http: httpx.AsyncClient, publisher: FakePublisher, tags: list[str]
) -> None:
    files = {"files": ("a.md", b"# A")}
    answer = await http.post("/v1/documents", files=files, data={"tags": tags})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"][:2] == ["body", "tags"]
    assert publisher.published == []


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"history": [TURN] * 5}, ["body", "history"]),
        ({"filters": {"tags": ["t" * 257]}}, ["body", "filters", "tags", 0]),
        ({"filters": {"document_ids": ["d"] * 1_001}}, ["body", "filters", "document_ids"]),
        (
            {"options": {"min_versions": {str(n): 1 for n in range(101)}}},
            ["body", "options", "min_versions"],
        ),
    ],
)
async def test_a_question_with_too_much_beside_it_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any], place: list[str | int]
) -> None:
    answer = await http.post("/v1/queries", json={"text": "Why?"} | body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == place
