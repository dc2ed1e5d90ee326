"""What callers are told of what went wrong."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.gateway.conftest import ADA

from ragline_gateway.problems import Problem, ProblemBody
from ragline_gateway.unexpected import BrokenOff


async def problem(
    http: httpx.AsyncClient, method: str, path: str, status: int, **request: Any
) -> dict[str, Any]:
    response = await http.request(method, path, **{"headers": ADA, **request})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    told = ProblemBody.model_validate(body)
    assert (told.status, told.type) == (status, f"urn:ragline:problem:{told.code}")
    return {**body, "headers": response.headers}


async def test_a_problem_of_the_routes_is_told_as_it_is(http: httpx.AsyncClient) -> None:
    told = await problem(http, "GET", "/v1/raise/own", 409)
    assert told["title"] == "It was used before"
    assert (told["code"], told["detail"]) == ("used-before", "retry")


async def test_each_field_that_is_wrong_is_named_without_what_was_sent(
    http: httpx.AsyncClient,
) -> None:
    sent = {"text": "", "pet": ["hunter2"]}
    told = await problem(http, "POST", "/v1/queries", 422, json=sent)
    assert told["code"] == "invalid-request"
    assert told["errors"] == [
        {"loc": ["body", "text"], "message": "String should have at least 1 character"},
        {"loc": ["body", "pet"], "message": "Input should be a valid string"},
    ]
    assert "hunter2" not in str(told)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "JSON decode error"), (b"", "Field required"), (b'"text"', "Input should be a valid")],
)
async def test_a_body_that_is_none_is_told_so(
    http: httpx.AsyncClient, content: bytes, message: str
) -> None:
    headers = {**ADA, "Content-Type": "application/json"}
    told = await problem(http, "POST", "/v1/queries", 422, content=content, headers=headers)
    assert told["errors"][0]["message"].startswith(message)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["text", "pet", "x"]), json_values, max_size=2))
async def test_whatever_json_comes_it_is_taken_or_is_a_problem(
    http: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    headers = {**ADA, "Content-Type": "application/json"}
    response = await http.post("/v1/queries", content=json.dumps(body), headers=headers)
    assert response.status_code in (200, 413, 422)


async def test_half_a_surrogate_pair_in_a_name_breaks_no_answer(http: httpx.AsyncClient) -> None:
    headers = {**ADA, "Content-Type": "application/json"}
    content = rb'{"text": {"\ud800": 1}}'
    await problem(http, "POST", "/v1/queries", 422, content=content, headers=headers)


async def test_what_the_framework_refuses_is_a_problem_too(http: httpx.AsyncClient) -> None:
    assert (await problem(http, "GET", "/v1/none", 404))["code"] == "not-found"
    told = await problem(http, "DELETE", "/v1/me", 405)
    assert told["code"] == "method-not-allowed"
    assert told["headers"]["allow"] == "GET"


async def test_a_dependency_that_is_away_is_told_with_a_wait_and_without_its_name(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        told = await problem(http, "GET", "/v1/raise/unavailable", 503)
    assert told["code"] == "unavailable"
    assert told["headers"]["retry-after"] == "1"
    assert "10.0.0.7" not in str(told)
    assert "10.0.0.7" in caplog.text


async def test_a_wait_that_is_known_is_told_in_whole_seconds(http: httpx.AsyncClient) -> None:
    told = await problem(http, "GET", "/v1/raise/overloaded", 503)
    assert told["headers"]["retry-after"] == "8"


@pytest.mark.parametrize(
    ("status", "headers", "told"),
    [
        (503, None, {"Retry-After": "1"}),
        (503, {"Retry-After": "30"}, {"Retry-After": "30"}),
        (504, None, {}),
    ],
)
def test_what_cannot_be_done_just_now_says_when(
    status: int, headers: dict[str, str] | None, told: dict[str, str]
) -> None:
    assert Problem(status=status, code="c", title="t", headers=headers).headers == told


async def test_an_older_version_is_a_conflict(http: httpx.AsyncClient) -> None:
    assert (await problem(http, "GET", "/v1/raise/superseded", 409))["code"] == "superseded"


@pytest.mark.parametrize("name", ["surprise", "misconfigured"])
async def test_a_fault_is_told_by_its_number_and_logged_with_it(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    told = await problem(http, "GET", f"/v1/raise/{name}", 500)
    assert told["detail"] == "the operator finds it in the log as fault f-1"
    assert "hunter2" not in str(told)
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.getMessage() == "fault f-1"
    assert record.exc_info is not None


async def test_a_response_that_has_begun_is_cut_off(http: httpx.AsyncClient) -> None:
    with pytest.raises(BrokenOff, match="fault f-1") as caught:
        await http.get("/v1/stream?breaks=true", headers=ADA)
    assert caught.value.__suppress_context__


async def test_clients_of_chat_completions_read_openais_errors(http: httpx.AsyncClient) -> None:
    told = await problem(http, "POST", "/v1/chat/completions", 422, json={})
    assert told["error"] == {
        "message": "The request cannot be understood: correct what `errors` names (Field required)",
        "type": "invalid_request_error",
        "code": "invalid-request",
        "param": "text",
    }
    told = await problem(http, "POST", "/v1/chat/completions", 401, headers={})
    assert told["error"]["type"] == "authentication_error"
    assert "error" not in await problem(http, "POST", "/v1/queries", 422, json={})


def test_the_api_document_describes_problems_and_credentials(app: FastAPI) -> None:
    document = app.openapi()
    operation = document["paths"]["/v1/queries"]["post"]
    for status in ("401", "403", "413", "422", "429", "503"):
        (media_type,) = operation["responses"][status]["content"]
        assert media_type == "application/problem+json"
    assert operation["responses"]["429"]["headers"]["Retry-After"]
    schemas = document["components"]["schemas"]
    assert schemas["Problem"]["required"] == ["type", "title", "status", "code"]
    assert "FieldError" in schemas
    assert document["security"] == [{"bearer": []}, {"apiKey": []}]
    assert document["components"]["securitySchemes"]["apiKey"]["name"] == "X-API-Key"
    assert app.openapi() == document
