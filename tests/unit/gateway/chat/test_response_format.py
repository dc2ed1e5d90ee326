"""`response_format`: a JSON Schema goes with the question, and its JSON is the content."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from tests.unit.gateway.chat.test_chat import answered, chunks, request, text_of, token

from ragline.contracts.answers import AnswerError
from ragline_gateway.chat.models import ChatRequest
from ragline_gateway.chat.translation import check_answered, completion, question
from ragline_gateway.problems import Problem
from ragline_gateway.streams.mailbox import Answer

SCHEMA = {"type": "object", "properties": {"days": {"type": "integer"}}, "required": ["days"]}
TEXT, JSON = "It takes two days. [1]", '{"days": 2}'


def asking(response_format: Any, **fields: Any) -> ChatRequest:
    ask = {"role": "user", "content": "How long?"}
    return request(ask, response_format=response_format, **fields)


def named(schema: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "wait", "schema": schema, **fields}}


def schema_of(response_format: Any, **fields: Any) -> Any:
    text = question(asking(response_format, **fields)).body.options.json_schema
    return text and json.loads(text)


def test_the_schema_goes_with_the_question() -> None:
    assert schema_of(named(SCHEMA, strict=True)) == SCHEMA
    assert schema_of(named(SCHEMA), max_tokens=99) == SCHEMA
    assert schema_of(named(SCHEMA, description="a wait")) == {"description": "a wait"} | SCHEMA
    assert schema_of(named(None)) == schema_of({"type": "json_object"}) == {"type": "object"}
    assert schema_of({"type": "text"}) is schema_of(None) is None


class Wait(BaseModel):
    """What people write for `response_format`."""

    days: int
    note: str | None = None


def test_the_schema_that_openais_client_makes_of_a_model_is_taken() -> None:
    from openai.lib._parsing._completions import type_to_response_format_param

    assert schema_of(type_to_response_format_param(Wait))["additionalProperties"] is False


@pytest.mark.parametrize(
    ("response_format", "place"),
    [
        ({"type": "json_schema"}, ["response_format", "json_schema"]),
        (named({"type": "array"}), ["response_format", "json_schema", "schema"]),
        (
            named({"type": "object", "properties": {"a": {"$ref": "https://e.org/a"}}}),
            ["response_format", "json_schema", "schema"],
        ),
        (
            named({"type": "object", "properties": {"a": {"pattern": "(a+)+"}}}),
            ["response_format", "json_schema", "schema"],
        ),
        (
            named({"type": "object", "title": "\ud800"}),
            ["response_format", "json_schema", "schema"],
        ),
    ],
)
def test_a_schema_that_cannot_be_taken_is_refused_by_its_place(
    response_format: Any, place: list[str]
) -> None:
    with pytest.raises(Problem) as refused:
        question(asking(response_format))
    assert (refused.value.status, refused.value.code) == (400, "invalid-schema")
    assert refused.value.errors[0].loc == ["body", *place]


@pytest.mark.parametrize("wrong", [{"type": "grammar"}, {"type": "text", "x": 1}, "json", named(5)])
def test_what_is_no_response_format_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError, match="response_format"):
        asking(wrong)


def test_the_json_is_the_content_and_the_text_stands_beside_it() -> None:
    answer = answered(TEXT, json_text=JSON, degradations=["answer_cut_off"])
    made = completion(answer, for_json=True)

    assert made.choices[0].message.content == JSON
    assert made.choices[0].message.refusal is None
    assert made.choices[0].finish_reason == "stop"
    assert made.ragline.text == TEXT


def test_a_refusal_to_a_question_for_json_is_no_content() -> None:
    made = completion(answered("No document says that.", status="refused"), for_json=True)

    assert made.choices[0].message.content is None
    assert made.choices[0].message.refusal == "No document says that."
    assert made.ragline.text is None


@pytest.mark.parametrize("code", ["no_language_model", "schema_not_met", "schema_too_long"])
def test_a_schema_that_is_not_filled_is_the_callers_to_change(code: str) -> None:
    error = AnswerError(code=code, message="what to do")
    with pytest.raises(Problem) as failed:
        check_answered(answered(TEXT, status="failed", error=error), for_json=True)
    assert (failed.value.status, failed.value.detail) == (422, "what to do")


def test_an_answer_of_a_release_that_knows_no_schemas_is_no_answer() -> None:
    check_answered(answered(TEXT))
    with pytest.raises(Problem) as failed:
        check_answered(answered(TEXT), for_json=True)
    assert failed.value.status == 503


async def test_a_stream_has_the_json_in_one_piece_and_no_text() -> None:
    answer = answered(TEXT, json_text=JSON)
    told = await chunks(token(1, 1, "It takes "), Answer(answer.to_json()), for_json=True)

    assert text_of(told) == JSON
    assert told[-2]["ragline"]["text"] == TEXT


async def test_a_stream_has_a_refusal_as_one() -> None:
    answer = answered("No document says that.", status="refused")
    told = await chunks(token(1, 1, "No doc"), Answer(answer.to_json()), for_json=True)

    assert text_of(told) == ""
    assert told[1]["choices"][0]["delta"] == {"refusal": "No document says that."}
    assert "text" not in told[-2]["ragline"]


async def test_a_stream_tells_what_to_do_about_a_schema_that_is_not_filled() -> None:
    error = AnswerError(code="no_language_model", message="set a model")
    answer = answered("", status="failed", error=error)
    told = await chunks(Answer(answer.to_json()), for_json=True)

    assert told[-1]["error"]["code"] == "no-language-model"
    assert told[-1]["error"]["type"] == "invalid_request_error"
    assert "set a model" in told[-1]["error"]["message"]
