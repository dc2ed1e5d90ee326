"""The question of a chat, and what of the messages before it is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts import bounds
from ragline_gateway.chat.conversation import Conversation, read_conversation
from ragline_gateway.chat.models import ChatRequest
from ragline_gateway.problems import Problem

ASK = {"role": "user", "content": "And?"}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def conversation(*messages: dict[str, Any]) -> Conversation:
    request = ChatRequest.model_validate({"model": "ragline", "messages": messages})
    return read_conversation(request.messages)


def chat(turns: int) -> list[dict[str, Any]]:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": str(n)} for n in range(turns)]


def test_a_chat_of_201_messages_goes_on_and_is_told_what_was_read() -> None:
    read = conversation(*chat(200), ASK)

    assert read.question == "And?"
    assert [turn.text for turn in read.history] == [str(n) for n in range(150, 200)]
    assert read.notes == ("of 200 earlier messages only the last 50 were read",)


def test_a_chat_that_fits_is_read_without_a_note() -> None:
    assert conversation(*chat(50), ASK).notes == ()


def test_long_messages_are_cut_and_the_last_that_fit_are_read() -> None:
    long = [{"role": "user", "content": f"{n}" + "x" * 40_000} for n in range(6)]
    read = conversation(*long, ASK)

    assert [turn.text[0] for turn in read.history] == ["2", "3", "4", "5"]
    assert {len(turn.text) for turn in read.history} == {bounds.TURN_CHARS}
    assert read.notes == (
        "of 6 earlier messages only the last 4 were read",
        "4 earlier messages were cut at 32,768 characters",
    )


def test_content_is_text_a_list_of_parts_or_null() -> None:
    read = conversation(
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "assistant", "content": None, "refusal": "Nor this."},
        {"role": "user", "content": [{"type": "text", "text": "And?"}]},
    )

    assert [turn.text for turn in read.history] == ["a\nb", "No.", "Nor this."]
    assert read.question == "And?"
    assert read.notes == ()


def test_instructions_and_tools_are_not_read_and_that_is_told() -> None:
    read = conversation(
        {"role": "system", "content": "Answer like a pirate"},
        {"role": "tool", "tool_call_id": "1", "content": "42"},
        {"role": "function", "name": "f", "content": "42"},
        ASK,
        {"role": "developer", "content": "Be short"},
    )

    assert (read.question, read.history) == ("And?", ())
    assert read.notes == (
        "system and developer messages were not followed",
        "messages of tools were not read",
    )


def test_an_image_in_the_question_is_refused_and_an_earlier_one_is_told() -> None:
    question = {"role": "user", "content": [{"type": "text", "text": "What is this?"}, IMAGE]}
    with pytest.raises(Problem) as refused:
        conversation(*chat(2), question)
    assert refused.value.errors[0].loc == ["body", "messages", 2, "content", 1, "type"]
    assert "image_url" in (refused.value.detail or "")

    read = conversation(question, {"role": "assistant", "content": "A cat."}, ASK)
    assert [turn.text for turn in read.history] == ["What is this?", "A cat."]
    assert read.notes == ("only the text of earlier messages was read",)


contents = (
    st.none()
    | st.text(max_size=20)
    | st.lists(
        st.fixed_dictionaries({"type": st.sampled_from(["text", "image_url"]), "text": st.text()}),
        max_size=3,
    )
)
roles = st.sampled_from(["system", "developer", "user", "assistant", "tool", "function"])


@given(st.lists(st.fixed_dictionaries({"role": roles, "content": contents}), max_size=80))
def test_every_chat_that_ends_with_a_question_is_read(messages: list[dict[str, Any]]) -> None:
    read = conversation(*messages, ASK)
    spoken = [m for m in messages if m["role"] in ("user", "assistant")]

    assert read.question == "And?"
    assert len(read.history) <= min(len(spoken), bounds.HISTORY_TURNS)
    assert sum(len(turn.text) for turn in read.history) <= bounds.HISTORY_CHARS
