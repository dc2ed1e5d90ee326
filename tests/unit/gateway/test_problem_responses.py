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
