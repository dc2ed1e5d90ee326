"""The typed events of a streamed response, as OpenAI's client reads them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter
from tests.unit.gateway.chat.test_chat import answered, token
from tests.unit.gateway.responses.test_annotations import ONE

from ragline.adapters.redis.entries import Entry
from ragline.contracts.answers import AnswerError
from ragline_gateway.responses.events import ResponseEvents
from ragline_gateway.streams.mailbox import Answer
from ragline_gateway.streams.readers import Followed, GaveUp, Silence

READER: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


async def events(*arrivals: Followed, for_json: bool = False) -> list[Any]:
    """Return the events; each is one of the client's types, and they are numbered."""

    async def followed() -> AsyncGenerator[Followed, None]:
        for arrival in arrivals:
            yield arrival

    made = ResponseEvents("q", created_at=7, for_json=for_json, notes=("n",))
    told = []
    async for frame in made.of(followed()):
        if frame.startswith(b":"):
            continue
        kind, _, data = frame.decode().partition("\n")
        told.append(json.loads(data.removeprefix("data: ")))
        assert kind == f"event: {told[-1]['type']}"
        READER.validate_python(told[-1], strict=False)
    assert [each["sequence_number"] for each in told] == list(range(len(told)))
    return told


def kinds(told: list[Any]) -> list[str]:
    return [each["type"].removeprefix("response.") for each in told]


def text_of(told: list[Any]) -> str:
    return "".join(each["delta"] for each in told if each["type"] == "response.output_text.delta")


async def test_a_stream_adds_up_to_the_answer() -> None:
    told = await events(
        Entry("0-1", "{}"),
        Silence(),
        token(1, 1, "A badge "),
        token(1, 2, "opens"),
        Answer(answered("A badge opens doors. [1]", citations=[ONE]).to_json()),
    )

    assert kinds(told) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.delta",
        "output_text.annotation.added",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert text_of(told) == told[-4]["text"] == "A badge opens doors. [1]"
    whole = told[-1]["response"]
    assert whole["output"][0] == told[-2]["item"]
    assert whole["output"][0]["content"][0]["annotations"] == [told[-5]["annotation"]]
    assert whole["citations"][0]["document_id"] == "badges.md"
    assert whole["ragline"]["notes"] == ["n"]


async def test_the_text_that_counts_is_stated_whole_whatever_was_sent() -> None:
    told = await events(
        token(1, 1, "Half of "),
        token(2, 1, "Another one."),
        Answer(answered("Another one.").to_json()),
    )

    assert text_of(told) == "Half of "
    assert told[-4]["text"] == "Another one."
    assert told[-1]["response"]["output"][0]["content"][0]["text"] == "Another one."


async def test_json_comes_in_one_piece() -> None:
    answer = answered("Two days. [1]", json_text='{"days": 2}', citations=[ONE])
    told = await events(token(1, 1, "Two "), Answer(answer.to_json()), for_json=True)

    assert kinds(told).count("output_text.delta") == 1
    assert text_of(told) == '{"days": 2}'
    assert told[-1]["response"]["ragline"]["text"] == "Two days. [1]"


async def test_a_refusal_to_a_question_for_json_is_one() -> None:
    answer = answered("No document says that.", status="refused")
    told = await events(token(1, 1, "No "), Answer(answer.to_json()), for_json=True)

    assert kinds(told)[2:] == [
        "output_item.added",
        "content_part.added",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


async def test_an_answer_that_is_cut_off_ends_incomplete() -> None:
    told = await events(Answer(answered("A", degradations=["answer_cut_off"]).to_json()))
    assert kinds(told)[-1] == "incomplete"
    assert told[-1]["response"]["incomplete_details"] == {"reason": "max_output_tokens"}


async def test_a_stream_that_fails_says_why() -> None:
    error = AnswerError(code="no_language_model", message="set a model")
    failed = await events(Answer(answered("", status="failed", error=error).to_json()))
    silent = await events(token(1, 1, "x"), GaveUp())

    assert kinds(failed)[-1] == kinds(silent)[-1] == "failed"
    assert failed[-1]["response"]["error"]["code"] == "invalid_prompt"
    assert "set a model" in failed[-1]["response"]["error"]["message"]
    assert silent[-1]["response"]["error"]["code"] == "server_error"
    assert silent[-1]["response"]["status"] == "failed"
