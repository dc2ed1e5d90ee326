"""Problems in the form of OpenAI's clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.unit.gateway.app import Countdown
from tests.unit.gateway.real_api import Published, as_, real_api


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with real_api(published=Published(), limiter=Countdown()) as client:
        yield client


@pytest.mark.parametrize(
    ("messages", "param", "said"),
    [
        ([{"role": "user", "content": 5}], "messages.0.content", "valid string"),
        ([{"role": "user", "content": [{"text": "x"}]}], "messages.0.content.0.type", "required"),
        ([{"role": "wizard", "content": "x"}], "messages.0.role", "Input should be"),
        ([], "messages", "at least 1 item"),
    ],
)
async def test_the_parameter_that_is_wrong_is_named_as_it_was_sent(
    http: httpx.AsyncClient, messages: Any, param: str, said: str
) -> None:
    body = {"model": "ragline", "messages": messages}
    refused = await http.post("/v1/chat/completions", json=body, headers=as_("asker"))

    assert refused.status_code == 422
    assert refused.json()["error"]["param"] == param
    assert said in refused.json()["error"]["message"]


async def test_a_model_that_is_not_there_is_answered_with_the_one_that_is(
    http: httpx.AsyncClient,
) -> None:
    there = await http.get("/v1/models/ragline", headers=as_("asker"))
    refused = await http.get("/v1/models/gpt-9", headers=as_("asker"))

    assert (there.status_code, refused.status_code) == (200, 404)
    told = refused.json()
    assert told["error"]["param"] == "model"
    assert "'ragline'" in told["title"]
    assert told["detail"] == "look at `model`"


@pytest.mark.parametrize(
    ("given", "param"),
    [([{"role": "user"}], "input.0.content"), ([{"content": "x"}], "input.0.role"), (5, "input")],
)
async def test_so_is_what_is_missing_in_the_input_of_a_response(
    http: httpx.AsyncClient, given: Any, param: str
) -> None:
    body = {"model": "ragline", "input": given}
    refused = await http.post("/v1/responses", json=body, headers=as_("asker"))

    assert refused.json()["error"]["param"] == param
