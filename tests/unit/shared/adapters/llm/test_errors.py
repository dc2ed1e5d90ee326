"""Which failures of a language model's server are worth another try, and after what wait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import openai
import pytest

from ragline.adapters.llm.errors import asked_to_wait, translated
from ragline.errors import (
    DeadlineExceeded,
    Misconfigured,
    RaglineError,
    RateLimited,
    Unavailable,
)

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def test_milliseconds_go_before_seconds() -> None:
    headers = {"retry-after-ms": "1500", "retry-after": "2"}

    assert asked_to_wait(headers, now=lambda: NOW) == 1.5


def answer(
    status: int, headers: Mapping[str, str] | None = None, *, code: str = "x"
) -> openai.APIStatusError:
    response = httpx2.Response(status, headers=dict(headers or {}), request=REQUEST)
    return openai.APIStatusError("no", response=response, body={"code": code})


def raised(error: Exception) -> RaglineError:
    with pytest.raises(RaglineError) as caught, translated():
        raise error
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answer(429), RateLimited),
        (answer(429, {"retry-after": "7"}), RateLimited),
        (answer(503, {"retry-after": "7"}), RateLimited),
        (answer(429, code="insufficient_quota"), Misconfigured),
        (answer(408), Unavailable),
        (answer(409), Unavailable),
        (answer(500), Unavailable),
        (answer(502), Unavailable),
        (answer(503), Unavailable),
        (answer(504), Unavailable),
        (answer(529), Unavailable),
        (answer(400), Misconfigured),
        (answer(401), Misconfigured),
        (answer(403), Misconfigured),
        (answer(404), Misconfigured),
        (answer(422), Misconfigured),
        (openai.APIConnectionError(request=REQUEST), Unavailable),
        (openai.APITimeoutError(request=REQUEST), DeadlineExceeded),
        (TimeoutError(), DeadlineExceeded),
        (openai.APIError("out of memory", REQUEST, body=None), Unavailable),
        (json.JSONDecodeError("no JSON", "data: {", 0), Unavailable),
        (ConnectionResetError("reset"), Unavailable),
    ],
)
def test_each_failure_has_its_error(error: Exception, expected: type[RaglineError]) -> None:
    assert type(raised(error)) is expected


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry-after": "7"}, 7.0, 7.0),
        ({"retry-after-ms": "250"}, 0.25, 0.25),
        ({"retry-after": "{date}"}, 30.0, 61.0),
    ],
)
def test_a_rate_limit_carries_the_wait_that_was_asked_for(
    headers: dict[str, str], least: float, most: float
) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    stated = {name: value.format(date=later) for name, value in headers.items()}

    found = raised(answer(429, stated))

    assert isinstance(found, RateLimited)
    assert found.retry_after is not None
    assert least <= found.retry_after <= most


def test_without_a_header_no_wait_is_known() -> None:
    found = raised(answer(429))

    assert isinstance(found, RateLimited)
    assert found.retry_after is None
