"""The input of a request becomes a question, an answer becomes a response."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.unit.gateway.chat.test_chat import answered

from ragline.contracts.queries import Turn
from ragline_gateway.chat.translation import content_of
from ragline_gateway.problems import Problem
from ragline_gateway.responses.models import ResponseRequest
from ragline_gateway.responses.translation import question, response

SCHEMA = {"type": "object", "properties": {"days": {"type": "integer"}}, "required": ["days"]}


def request(given: Any, **fields: Any) -> ResponseRequest:
    return ResponseRequest.model_validate({"model": "ragline", "input": given} | fields)


def test_a_text_is_a_question() -> None:
    asked = question(request(" How long? ", max_output_tokens=5))

    assert (asked.body.text, asked.body.history) == ("How long?", ())
    assert asked.body.options.max_answer_tokens == 16
    assert asked.notes == ("an answer may have 16 tokens, not 5",)


def test_the_last_message_is_the_question_and_the_rest_its_history() -> None:
    asked = question(
        request(
            [
                {"role": "system", "content": "Answer like a pirate"},
                {"role": "user", "content": [{"type": "input_text", "text": "What is a badge?"}]},
                {
                    "type": "message",
                    "id": "msg_1",
                    "role": "assistant",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": "A pass.", "annotations": []}],
                },
                {"type": "reasoning", "id": "r", "summary": [], "content": [{"x": 1}]},
                {"type": "function_call_output", "call_id": "c", "output": "42"},
                {"role": "user", "content": "How long?"},
            ]
        )
    )

    assert asked.body.text == "How long?"
    assert asked.body.history == (
        Turn(role="user", text="What is a badge?"),
        Turn(role="assistant", text="A pass."),
    )
    assert asked.notes == (
        "system and developer messages were not followed",
        "messages of tools were not read",
    )


def test_instructions_are_not_followed_and_that_is_told() -> None:
    for instructions in ("Be short", [{"role": "developer", "content": "Be short"}]):
        asked = question(request("How long?", instructions=instructions))
        assert asked.body.text == "How long?"
        assert asked.notes == ("system and developer messages were not followed",)


def test_the_schema_of_the_text_goes_with_the_question() -> None:
    def schema_of(form: Any) -> Any:
        asked = question(request("How long?", text={"format": form}))
        text = asked.body.options.json_schema
        assert asked.for_json == (text is not None)
        return text and json.loads(text)

    named = {"type": "json_schema", "name": "wait", "schema": SCHEMA, "strict": True}
    assert schema_of(named) == SCHEMA
    assert schema_of(named | {"description": "a wait"}) == {"description": "a wait"} | SCHEMA
    assert schema_of({"type": "json_object"}) == {"type": "object"}
    assert schema_of({"type": "text"}) is schema_of(None) is None


IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}


@pytest.mark.parametrize(
    ("given_", "fields", "place"),
    [
        ("", {}, ["input", 0]),
        ([{"role": "assistant", "content": "x"}], {}, ["input", 0]),
        ([{"role": "user", "content": [IMAGE]}], {}, ["input", 0]),
        (
            [{"role": "user", "content": [{"type": "input_text", "text": "x"}, IMAGE]}],
            {},
            ["input", 0, "content", 1, "type"],
        ),
        ([{"type": "item_reference", "id": "msg_1"}], {}, ["input", 0]),
        ("x", {"previous_response_id": "resp_1"}, ["previous_response_id"]),
        ("x", {"conversation": "conv_1"}, ["conversation"]),
        ("x", {"background": True}, ["background"]),
        ("x", {"tools": [{"type": "web_search"}]}, ["tools"]),
        ("x", {"store": True}, ["store"]),
        ("x", {"stream_options": {"include_obfuscation": False}}, ["stream_options"]),
        (
            "x",
            {"text": {"format": {"type": "json_schema", "name": "x", "schema": {}}}},
            ["text", "format", "schema"],
        ),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_place(
    given_: Any, fields: dict[str, Any], place: list[str | int]
) -> None:
    with pytest.raises(Problem) as refused:
        question(request(given_, **fields))
    assert refused.value.status == 400
    assert refused.value.errors[0].loc == ["body", *place]


def test_another_model_is_not_there() -> None:
    with pytest.raises(Problem) as refused:
        question(request("x", model="gpt-5"))
    assert refused.value.status == 404


@pytest.mark.parametrize("wrong", [[], [{"content": "x"}], 5, [{"role": "king", "content": "x"}]])
def test_what_is_no_input_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        request(wrong)


def told(answer: Any, *, for_json: bool = False) -> dict[str, Any]:
    content = content_of(answer, for_json=for_json)
    return response(answer, content, created_at=7, notes=("n",)).model_dump(mode="json")


def test_an_answer_is_a_response_with_one_message() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    made = told(answered("A badge opens doors.", usage=usage))

    assert (made["id"], made["status"], made["created_at"]) == ("resp_q", "completed", 7)
    (message,) = made["output"]
    assert (message["type"], message["role"], message["status"]) == (
        "message",
        "assistant",
        "completed",
    )
    assert message["content"][0]["text"] == "A badge opens doors."
    assert made["usage"]["total_tokens"] == 10
    assert made["ragline"]["notes"] == ["n"]


def test_an_answer_that_is_cut_off_is_incomplete() -> None:
    made = told(answered("A badge", degradations=["answer_cut_off"]))
    assert (made["status"], made["output"][0]["status"]) == ("incomplete", "incomplete")
    assert made["incomplete_details"] == {"reason": "max_output_tokens"}


def test_a_refusal_is_text_for_people_and_a_refusal_for_programs() -> None:
    refused = answered("No document says that.", status="refused")
    (for_people,) = told(refused)["output"][0]["content"]
    (for_programs,) = told(refused, for_json=True)["output"][0]["content"]

    assert for_people["text"] == "No document says that."
    assert for_programs == {"type": "refusal", "refusal": "No document says that."}


items = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system"]), "content": st.text(max_size=9)}
) | st.fixed_dictionaries({"type": st.sampled_from(["reasoning", "function_call", "x"])})


@given(st.lists(items, max_size=9))
def test_every_input_that_ends_with_a_question_is_read(before: list[dict[str, Any]]) -> None:
    asked = question(request([*before, {"role": "user", "content": "And?"}]))
    assert asked.body.text == "And?"
