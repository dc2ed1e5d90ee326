"""A body of another kind than a route reads: the problem says how to send it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.unit.gateway.app import Countdown
from tests.unit.gateway.real_api import Published, as_, real_api

from ragline_gateway.body_kind import BodyKind

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = b'{"text": "why?", "content": "x", "rating": "up", "access": [], "model": "ragline"}'


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
async def http(published: Published) -> AsyncIterator[httpx.AsyncClient]:
    async with real_api(published=published, limiter=Countdown()) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/queries"),
        ("POST", "/v1/queries/q/feedback"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/responses"),
        ("PUT", "/v1/documents/a.md"),
        ("PUT", "/v1/documents/a.md/access"),
    ],
)
@pytest.mark.parametrize(
    "sent",
    [
        {"content": JSON, "headers": FORM},  # curl -d
        {"content": JSON},  # curl -T
        {"content": b""},
        {"data": {"text": "why?"}},
        {"files": {"text": (None, "why?")}},
        {"content": JSON, "headers": {"Content-Type": "text/plain"}},
    ],
)
async def test_json_that_is_sent_as_something_else_is_told_how_to_be_sent(
    http: httpx.AsyncClient,
    published: Published,
    method: str,
    path: str,
    sent: dict[str, Any],
) -> None:
    headers = {**as_("all"), **sent.get("headers", {})}
    answer = await http.request(method, path, **{**sent, "headers": headers})

    assert answer.status_code == 415
    assert "`Content-Type: application/json`" in answer.json()["detail"]
    assert "--json" in answer.json()["detail"]
    assert published.events == []
    if path.startswith(("/v1/chat", "/v1/responses")):
        assert "--json" in answer.json()["error"]["message"]


async def test_a_file_that_is_put_is_told_the_way_of_files(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.put("/v1/documents/a.pdf", content=b"%PDF-1.7", headers=as_("writer"))
    assert "curl -F files=@NAME" in answer.json()["detail"]


@pytest.mark.parametrize(
    "sent", [{"json": {"content": "x"}}, {"content": b"# A"}, {"data": {"files": "a.md"}}]
)
async def test_an_upload_that_is_no_form_is_told_how_to_be_sent(
    http: httpx.AsyncClient,
    sent: dict[str, Any],
) -> None:
    answer = await http.post("/v1/documents", **sent, headers=as_("writer"))
    assert answer.status_code == 415
    assert "curl -F files=@NAME" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content_type", "reads"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ("application/cloudevents+json", True),
        ("application/jsonl", False),
        ("text/json", False),
        ("", False),
        (";;;", False),
    ],
)
def test_json_is_known_by_its_header(content_type: str, reads: bool) -> None:
    assert BodyKind.JSON.reads(content_type) is reads
