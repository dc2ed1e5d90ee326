"""What the adapter makes of a server that fails in each way that servers fail."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

import pytest
from tests.patience import PATIENCE_S

from ragline.adapters.llm.openai import open_language_model
from ragline.errors import (
    DeadlineExceeded,
    Misconfigured,
    RaglineError,
    RateLimited,
    Unavailable,
)
from ragline.model_settings import LlmSettings
from ragline.ports.models import ChatMessage, Delta
from ragline.testing.openai_double import LanguageModelDouble

ASK = [ChatMessage(role="user", content="Hello?")]
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
}


def settings(url: str, model: str, fallback: str | None = None) -> LlmSettings:
    return LlmSettings(base_url=url, model=model, fallback_model=fallback)


async def streamed(config: LlmSettings, *, timeout: float = 5.0) -> list[Delta]:
    async with open_language_model(config) as model:
        return [d async for d in model.stream(ASK, max_tokens=20, timeout=timeout)]


async def test_text_comes_in_deltas_and_the_last_names_model_and_usage(
    double: LanguageModelDouble,
) -> None:
    deltas = await streamed(settings(double.url, "good"))

    assert [d.text for d in deltas] == ["Hello", " world", ""]
    assert deltas[-1] == Delta(model="good", served_as="m", prompt_tokens=7, completion_tokens=2)
    assert double.requests[0]["max_tokens"] == 20
    assert double.requests[0]["temperature"] == 0


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("limited", RateLimited),
        ("overloaded", RateLimited),
        ("no_quota", Misconfigured),
        ("crashed", Unavailable),
        ("unauthorized", Misconfigured),
        ("unknown", Misconfigured),
        ("empty", Unavailable),
        ("unfinished", Unavailable),
        ("error_inside", Unavailable),
        ("broken", Unavailable),
    ],
)
async def test_each_failure_has_its_error(
    double: LanguageModelDouble, model: str, error: type[RaglineError]
) -> None:
    with pytest.raises(error):
        await streamed(settings(double.url, model))

    assert len(double.requests) == 1, "retries are the caller's"


async def test_a_rate_limit_says_how_long_to_wait(double: LanguageModelDouble) -> None:
    with pytest.raises(RateLimited) as caught:
        await streamed(settings(double.url, "limited"))

    assert caught.value.retry_after == 7.0


async def test_the_tokens_of_a_call_in_vain_are_told_before_its_error(
    double: LanguageModelDouble,
) -> None:
    async with open_language_model(settings(double.url, "charged_for_nothing")) as model:
        stream = model.stream(ASK, max_tokens=20, timeout=5)
        told = await anext(stream)
        with pytest.raises(Unavailable):
            await anext(stream)

    assert (told.prompt_tokens, told.completion_tokens, told.served_as) == (7, 0, "m")


async def test_the_first_model_s_tokens_in_vain_are_told_beside_the_fallback(
    double: LanguageModelDouble,
) -> None:
    deltas = await streamed(settings(double.url, "charged_for_nothing", fallback="good"))

    counted = [(d.model, d.prompt_tokens) for d in deltas if d.model]
    assert counted == [("charged_for_nothing", 7), ("good", 7)]


@pytest.mark.parametrize("model", ["stalled", "stalled_inside"])
async def test_a_stalled_stream_ends_at_the_time_limit(
    double: LanguageModelDouble, model: str
) -> None:
    started = time.monotonic()

    with pytest.raises(DeadlineExceeded):
        await streamed(settings(double.url, model), timeout=0.3)

    assert time.monotonic() - started < 20


async def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await streamed(settings("http://127.0.0.1:1/v1", "good"))


@pytest.mark.parametrize("primary", ["crashed", "limited", "empty", "unauthorized", "stalled"])
async def test_the_fallback_answers_when_the_primary_fails_before_its_text(
    double: LanguageModelDouble, primary: str
) -> None:
    deltas = await streamed(settings(double.url, primary, fallback="good"), timeout=1.0)

    assert "".join(d.text for d in deltas) == "Hello world"
    assert deltas[-1].model == "good"


@pytest.mark.parametrize("primary", ["broken", "unfinished", "error_inside"])
async def test_after_the_first_text_there_is_no_fallback(
    double: LanguageModelDouble, primary: str
) -> None:
    """A reader has seen the text; another model's would not continue it."""
    with pytest.raises(Unavailable):
        await streamed(settings(double.url, primary, fallback="good"))

    assert len(double.requests) == 1


async def test_closing_the_stream_closes_the_connection(double: LanguageModelDouble) -> None:
    async with open_language_model(settings(double.url, "stalled_inside")) as model:
        async with aclosing(model.stream(ASK, max_tokens=20, timeout=30)) as deltas:
            assert (await anext(deltas)).text == "Half"

        await asyncio.wait_for(double.closed_early.wait(), timeout=PATIENCE_S)


async def test_json_is_asked_for_by_schema_at_temperature_0(double: LanguageModelDouble) -> None:
    config = LlmSettings(base_url=double.url, model="good", temperature=1.0)

    async with open_language_model(config) as model:
        answer = await model.complete_json(ASK, schema=SCHEMA, timeout=5)

    assert answer == {"n": 1}
    assert double.requests[0]["temperature"] == 0
    assert double.requests[0]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": SCHEMA},
    }


@pytest.mark.parametrize("model", ["not_json", "other_json"])
async def test_json_that_does_not_fit_is_an_error_or_the_fallbacks_turn(
    double: LanguageModelDouble, model: str
) -> None:
    async with open_language_model(settings(double.url, model)) as alone:
        with pytest.raises(Unavailable):
            await alone.complete_json(ASK, schema=SCHEMA, timeout=5)

    async with open_language_model(settings(double.url, model, fallback="good")) as both:
        assert await both.complete_json(ASK, schema=SCHEMA, timeout=5) == {"n": 1}


async def test_json_for_somebody_elses_schema_comes_as_it_is(double: LanguageModelDouble) -> None:
    """That it does not fit is no failure of the server's, and opens no circuit."""
    async with open_language_model(settings(double.url, "other_json")) as model:
        written = await model.write_json(ASK, schema=SCHEMA, max_tokens=9, timeout=5)

    assert (written.text, written.model) == ('{"m": "x"}', "other_json")
    assert double.requests[0]["max_tokens"] == 9


async def test_json_for_somebody_elses_schema_has_its_fallback(double: LanguageModelDouble) -> None:
    async with open_language_model(settings(double.url, "crashed", fallback="good")) as both:
        written = await both.write_json(ASK, schema=SCHEMA, max_tokens=9, timeout=5)

    assert (written.text, written.model) == ('{"n": 1}', "good")


async def test_without_a_server_or_key_nothing_can_be_opened() -> None:
    with pytest.raises(Misconfigured, match="RAGLINE_LLM__BASE_URL"):
        async with open_language_model(LlmSettings()):
            pass
