"""OpenAI's own client and the Responses API: synchronous, streamed, parsed, refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import openai
import pytest

from ragline.contracts.answers import AnswerError, AnswerStatus
from ragline.testing.stub_pipeline import StubQuestion

from .conftest import Replica, in_steps
from .test_openai import CITATION, Scripted, Wait, in_json

T = TypeVar("T")


@pytest.fixture
async def client(gateway: Replica) -> AsyncIterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{gateway.url}/v1", api_key="unused", max_retries=0, timeout=20
    ) as made:
        yield made


async def called(call: Callable[[], T]) -> T:
    """Return what the synchronous client returns; the gateway runs in this thread."""
    return await asyncio.to_thread(call)


async def test_a_response_has_its_citations_as_annotations(
    client: openai.OpenAI, scripted: Scripted
) -> None:
    async def cited(question: StubQuestion) -> None:
        usage = {"prompt_tokens": 7, "completion_tokens": 3}
        await question.answer("A badge opens doors. [1]", citations=(CITATION,), usage=usage)

    pipeline = await scripted(cited)
    made = await called(
        lambda: client.responses.create(
            model="ragline",
            instructions="Be short",
            input=[
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": "Hi"},
                {"role": "user", "content": "What is a badge?"},
            ],
            max_output_tokens=100,
            temperature=0.3,
        )
    )

    assert (made.status, made.output_text) == ("completed", "A badge opens doors. [1]")
    (message,) = made.output
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    (annotation,) = part.annotations
    assert annotation.type == "file_citation"
    assert (annotation.file_id, annotation.index) == ("badges.md", 21)
    assert made.usage is not None
    assert made.usage.total_tokens == 10
    extra = made.model_extra or {}
    assert extra["citations"] == [CITATION.model_dump(mode="json")]
    assert extra["ragline"]["notes"] == ["system and developer messages were not followed"]
    (query,) = pipeline.seen.values()
    assert [turn.text for turn in query.history] == ["Hello", "Hi"]
    assert query.options.max_answer_tokens == 100


async def test_a_response_goes_back_as_the_next_ones_input(
    client: openai.OpenAI, scripted: Scripted
) -> None:
    pipeline = await scripted(in_steps)

    def talk() -> None:
        said: list[Any] = [{"role": "user", "content": "What is a badge?"}]
        said += client.responses.create(model="ragline", input=said).output
        said.append({"role": "user", "content": "And where?"})
        client.responses.create(model="ragline", input=said)

    await called(talk)
    (last,) = [query for query in pipeline.seen.values() if query.text == "And where?"]
    assert [turn.role for turn in last.history] == ["user", "assistant"]


async def test_a_streamed_response_adds_up(client: openai.OpenAI, scripted: Scripted) -> None:
    await scripted(in_steps)
    whole = "".join(f"word{number} " for number in range(12))

    def read() -> list[Any]:
        return list(client.responses.create(model="ragline", input="What?", stream=True))

    def accumulate() -> str:
        with client.responses.stream(model="ragline", input="What?") as stream:
            return stream.get_final_response().output_text

    told = await called(read)
    pieces = [each.delta for each in told if each.type == "response.output_text.delta"]
    assert "".join(pieces) == whole
    assert len(pieces) > 3
    assert (told[0].type, told[-1].type) == ("response.created", "response.completed")
    assert told[-1].response.output_text == whole
    assert await called(accumulate) == whole


async def test_a_model_of_pydantic_is_filled(client: openai.OpenAI, scripted: Scripted) -> None:
    await scripted(in_json)

    def parse() -> Any:
        return client.responses.parse(model="ragline", input="How long?", text_format=Wait)

    def stream() -> Any:
        with client.responses.stream(
            model="ragline", input="How long?", text_format=Wait
        ) as events:
            return events.get_final_response()

    for made in (await called(parse), await called(stream)):
        assert made.output_parsed == Wait(days=2)
        assert made.model_extra["ragline"]["text"] == "It takes two days. [1]"


async def test_a_refusal_to_a_question_for_json_is_one(
    client: openai.OpenAI, scripted: Scripted
) -> None:
    async def refused(question: StubQuestion) -> None:
        await question.answer("No document says that.", AnswerStatus.REFUSED)

    await scripted(refused)
    made = await called(
        lambda: client.responses.parse(model="ragline", input="How long?", text_format=Wait)
    )

    assert made.output_parsed is None
    assert made.output[0].to_dict()["content"] == [
        {"type": "refusal", "refusal": "No document says that."}
    ]


async def test_what_goes_wrong_is_an_error_of_the_client(
    client: openai.OpenAI, scripted: Scripted
) -> None:
    async def failed(question: StubQuestion) -> None:
        error = AnswerError(code="no_language_model", message="set RAGLINE_LLM__BASE_URL")
        await question.answer("", AnswerStatus.FAILED, error=error)

    await scripted(failed)

    def parse() -> None:
        client.responses.parse(model="ragline", input="How long?", text_format=Wait)

    def read() -> Any:
        return list(client.responses.create(model="ragline", input="How long?", stream=True))[-1]

    with pytest.raises(openai.UnprocessableEntityError, match="RAGLINE_LLM__BASE_URL"):
        await called(parse)
    last = await called(read)
    assert last.type == "response.failed"
    assert "RAGLINE_LLM__BASE_URL" in last.response.error.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("previous_response_id", "resp_1"),
        ("background", True),
        ("tools", [{"type": "web_search"}]),
        ("conversation", "conv_1"),
        ("extra_body", {"top_k": 3}),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_a_parameter_that_is_not_honoured_is_refused_by_its_name(
    client: openai.OpenAI, name: str, value: Any, stream: bool
) -> None:
    def ask() -> None:
        client.responses.create(model="ragline", input="x", stream=stream, **{name: value})

    with pytest.raises(openai.BadRequestError) as refused:
        await called(ask)
    assert refused.value.param == ("top_k" if name == "extra_body" else name)


async def test_a_response_is_not_kept(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await called(lambda: client.responses.retrieve("resp_1"))
