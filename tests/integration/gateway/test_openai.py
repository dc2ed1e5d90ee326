"""OpenAI's own client: what it sends is understood, what it gets it can read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from ragline.contracts.answers import AnswerError, AnswerStatus, Citation
from ragline.testing.stub_pipeline import StubPipeline, StubQuestion

from .conftest import Replica, Script, in_steps

Scripted = Callable[[Script], Awaitable[StubPipeline]]
CITATION = Citation(
    marker=1,
    chunk_id="badges.md@1#0",
    document_id="badges.md",
    version=1,
    start=0,
    end=5,
    quote="Badge",
)


@pytest.fixture
async def client(gateway: Replica) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=f"{gateway.url}/v1", api_key="unused", max_retries=0, timeout=20
    ) as made:
        yield made


async def test_the_model_is_listed(client: openai.AsyncOpenAI) -> None:
    listed = [model.id async for model in client.models.list()]

    assert listed == ["ragline"]
    assert (await client.models.retrieve("ragline")).owned_by == "ragline"


async def test_a_completion_carries_its_citations(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    async def cited(question: StubQuestion) -> None:
        usage = {"prompt_tokens": 7, "completion_tokens": 3}
        await question.answer("A badge opens doors. [1]", citations=(CITATION,), usage=usage)

    pipeline = await scripted(cited)
    made = await client.chat.completions.create(
        model="ragline",
        messages=[
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi"},
            {"role": "user", "content": "What is a badge?"},
        ],
        max_tokens=100,
        temperature=0.3,
    )

    (query,) = pipeline.seen.values()
    assert made.choices[0].message.content == "A badge opens doors. [1]"
    assert made.choices[0].finish_reason == "stop"
    assert made.usage is not None
    assert made.usage.total_tokens == 10
    assert made.model_extra is not None
    assert made.model_extra["citations"] == [CITATION.model_dump(mode="json")]
    assert made.model_extra["ragline"]["query_id"] == query.query_id
    assert [turn.text for turn in query.history] == ["Hello", "Hi"]
    assert query.options.max_answer_tokens == 100


async def test_a_streamed_completion_adds_up(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    await scripted(in_steps)
    stream = await client.chat.completions.create(
        model="ragline",
        messages=[{"role": "user", "content": "What is a badge?"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    pieces = [c.choices[0].delta.content for c in chunks if c.choices if c.choices[0].delta.content]

    assert "".join(pieces) == "".join(f"word{number} " for number in range(12))
    assert len(pieces) > 3
    assert chunks[-1].usage is not None
    assert (chunks[-2].model_extra or {})["ragline"]["status"] == "answered"


async def test_what_goes_wrong_is_an_error_of_the_client(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    async def overloaded(question: StubQuestion) -> None:
        error = AnswerError(code="overloaded", message="too many wait", retry_after=3)
        await question.answer("", AnswerStatus.FAILED, error=error)

    await scripted(overloaded)
    with pytest.raises(openai.NotFoundError) as missing:
        await client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "x"}]
        )
    with pytest.raises(openai.InternalServerError) as busy:
        await client.chat.completions.create(
            model="ragline", messages=[{"role": "user", "content": "x"}]
        )

    assert (missing.value.code, missing.value.param) == ("model-not-found", "model")
    assert busy.value.status_code == 503
    assert busy.value.response.headers["retry-after"] == "3"


async def test_a_refusal_is_said_in_words(client: openai.AsyncOpenAI, scripted: Scripted) -> None:
    async def refused(question: StubQuestion) -> None:
        await question.answer("No document says that.", AnswerStatus.REFUSED)

    await scripted(refused)
    made = await client.chat.completions.create(
        model="ragline", messages=[{"role": "user", "content": "What is a badge?"}]
    )

    assert made.choices[0].message.content == "No document says that."
    assert (made.model_extra or {})["ragline"]["status"] == "refused"


class Wait(BaseModel):
    """What a program wants to know."""

    days: int
    note: str | None = None


async def in_json(question: StubQuestion) -> None:
    await question.begin()
    await question.say("It takes two days.")
    await question.answer(
        "It takes two days. [1]", citations=(CITATION,), json_text='{"days": 2, "note": null}'
    )


async def test_a_model_of_pydantic_is_filled_and_its_sources_stand_beside(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    pipeline = await scripted(in_json)
    made = await client.chat.completions.parse(
        model="ragline", messages=[{"role": "user", "content": "How long?"}], response_format=Wait
    )

    assert made.choices[0].message.parsed == Wait(days=2)
    assert (made.model_extra or {})["citations"] == [CITATION.model_dump(mode="json")]
    assert (made.model_extra or {})["ragline"]["text"] == "It takes two days. [1]"
    (query,) = pipeline.seen.values()
    assert json.loads(query.options.json_schema or "")["required"] == ["days", "note"]


async def test_a_stream_of_json_parses_when_it_is_whole(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    await scripted(in_json)
    async with client.chat.completions.stream(
        model="ragline", messages=[{"role": "user", "content": "How long?"}], response_format=Wait
    ) as stream:
        made = await stream.get_final_completion()

    assert made.choices[0].message.parsed == Wait(days=2)


async def test_a_refusal_to_a_question_for_json_is_one_in_openais_form(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    async def refused(question: StubQuestion) -> None:
        await question.answer("No document says that.", AnswerStatus.REFUSED)

    await scripted(refused)
    ask: dict[str, Any] = {
        "model": "ragline",
        "messages": [{"role": "user", "content": "How long?"}],
        "response_format": Wait,
    }
    made = await client.chat.completions.parse(**ask)
    async with client.chat.completions.stream(**ask) as stream:
        streamed = await stream.get_final_completion()

    for each in (made, streamed):
        assert each.choices[0].message.refusal == "No document says that."
        assert each.choices[0].message.parsed is None


async def test_without_a_language_model_a_schema_is_an_error_that_says_so(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    async def failed(question: StubQuestion) -> None:
        error = AnswerError(code="no_language_model", message="set RAGLINE_LLM__BASE_URL")
        await question.answer("", AnswerStatus.FAILED, error=error)

    await scripted(failed)
    with pytest.raises(openai.UnprocessableEntityError, match="RAGLINE_LLM__BASE_URL") as told:
        await client.chat.completions.create(
            model="ragline",
            messages=[{"role": "user", "content": "How long?"}],
            response_format={"type": "json_object"},
        )
    assert told.value.code == "no-language-model"


async def test_a_schema_that_would_do_harm_is_refused_at_the_door(
    client: openai.AsyncOpenAI,
) -> None:
    schema: dict[str, object] = {"type": "object", "properties": {"a": {"$ref": "http://[::1]/a"}}}
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(
            model="ragline",
            messages=[{"role": "user", "content": "x"}],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": schema},
            },
        )
    assert refused.value.param == "response_format.json_schema.schema"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 2),
        ("stop", ["\n"]),
        ("tools", [{"type": "function", "function": {"name": "f", "parameters": {}}}]),
        ("tool_choice", "required"),
        ("functions", [{"name": "f", "parameters": {}}]),
        ("logprobs", True),
        ("logit_bias", {"1": 5}),
        ("extra_body", {"top_k": 3}),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_a_parameter_that_is_not_honoured_is_refused_by_its_name(
    client: openai.AsyncOpenAI, name: str, value: Any, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(
            model="ragline",
            messages=[{"role": "user", "content": "x"}],
            stream=stream,
            **{name: value},
        )

    param = "top_k" if name == "extra_body" else name
    assert refused.value.param == param
    assert refused.value.type == "invalid_request_error"
    assert f"{param}: " in refused.value.message


async def test_a_long_chat_of_all_roles_goes_on_and_is_told_what_was_read(
    client: openai.AsyncOpenAI, scripted: Scripted
) -> None:
    pipeline = await scripted(in_steps)
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages: list[Any] = [
        {"role": "system", "content": "Be short"},
        *({"role": "user", "content": [{"type": "text", "text": f"{n}"}]} for n in range(200)),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "42"},
        {"role": "user", "content": [{"type": "text", "text": "What is a badge?"}]},
    ]
    options: dict[str, Any] = {
        "model": "ragline",
        "messages": messages,
        "temperature": 0.1,
        "seed": 7,
        "user": "ada",
        "n": 1,
        "stop": None,
        "response_format": {"type": "text"},
    }
    made = await client.chat.completions.create(**options)
    chunks = [chunk async for chunk in await client.chat.completions.create(**options, stream=True)]

    notes = [
        "of 200 earlier messages only the last 50 were read",
        "system and developer messages were not followed",
        "messages of tools were not read",
    ]
    assert (made.model_extra or {})["ragline"]["notes"] == notes
    assert (chunks[-1].model_extra or {})["ragline"]["notes"] == notes
    assert {query.text for query in pipeline.seen.values()} == {"What is a badge?"}
    assert {len(query.history) for query in pipeline.seen.values()} == {50}


async def test_a_model_that_is_not_there_is_an_error_in_openais_form(
    client: openai.AsyncOpenAI,
) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        await client.models.retrieve("gpt-4o")

    assert missing.value.code == "model-not-found"
    assert "The only model is 'ragline'" in missing.value.message
