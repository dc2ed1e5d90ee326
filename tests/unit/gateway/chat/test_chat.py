"""Chat messages become a question, an answer becomes a completion."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import pytest

from ragline.adapters.redis.entries import Entry
from ragline.contracts.answers import AnswerError, AnswerStatus, QueryAnswered
from ragline_gateway.chat.chunks import Chunks
from ragline_gateway.chat.models import ChatRequest
from ragline_gateway.chat.translation import check_answered, completion, question
from ragline_gateway.problems import Problem
from ragline_gateway.streams.mailbox import Answer
from ragline_gateway.streams.readers import Followed, GaveUp

AT = datetime(2026, 11, 24, tzinfo=UTC)


def request(*messages: dict[str, Any], **fields: Any) -> ChatRequest:
    return ChatRequest.model_validate({"model": "ragline", "messages": messages} | fields)


def answered(text: str, **fields: Any) -> QueryAnswered:
    given = {"query_id": "q", "status": AnswerStatus.ANSWERED, "answered_at": AT} | fields
    return QueryAnswered.model_validate({**given, "text": text})


def test_the_last_message_is_the_question_and_the_rest_its_history() -> None:
    asked = question(
        request(
            {"role": "system", "content": "Answer like a pirate"},
            {"role": "user", "content": "What is a badge?"},
            {"role": "assistant", "content": "It opens doors."},
            {"role": "user", "content": [{"type": "text", "text": "And where?"}]},
            max_tokens=5,
        )
    )

    assert asked.body.text == "And where?"
    assert [turn.text for turn in asked.body.history] == ["What is a badge?", "It opens doors."]
    assert asked.body.options.max_answer_tokens == 16
    assert asked.notes == (
        "system and developer messages were not followed",
        "an answer may have 16 tokens, not 5",
    )


@pytest.mark.parametrize(
    ("broken", "status", "param"),
    [
        (request({"role": "assistant", "content": "x"}), 400, ["messages", 0]),
        (request({"role": "tool", "content": "x", "tool_call_id": "1"}), 400, ["messages", 0]),
        (request({"role": "system", "content": "x"}), 400, ["messages", 0]),
        (request({"role": "user", "content": "  "}), 400, ["messages", 0]),
        (request({"role": "user", "content": None}), 400, ["messages", 0]),
        (request({"role": "user", "content": "x" * 9_000}), 400, ["messages", 0, "content"]),
        (request({"role": "user", "content": "x"}, model="gpt"), 404, ["model"]),
        (
            request({"role": "user", "content": "x"}, stream_options={"include_usage": True}),
            400,
            ["stream_options"],
        ),
    ],
)
def test_what_is_no_question_is_refused(
    broken: ChatRequest, status: int, param: list[str | int]
) -> None:
    with pytest.raises(Problem) as refused:
        question(broken)

    assert refused.value.status == status
    assert refused.value.errors[0].loc == ["body", *param]


def test_a_refusal_is_an_answer_and_says_what_it_is() -> None:
    made = completion(answered("Nothing supports an answer.", status="refused"))

    assert made.choices[0].message.content == "Nothing supports an answer."
    assert made.ragline.status == "refused"


@pytest.mark.parametrize(
    ("status", "error", "expected", "retry"),
    [
        ("expired", None, 504, None),
        ("failed", AnswerError(code="overloaded", message="m", retry_after=3.2), 503, "4"),
        ("failed", AnswerError(code="circuit_open", message="m"), 503, "1"),
        ("failed", AnswerError(code="cancelled", message="m"), 422, None),
        ("failed", AnswerError(code="invalid_event", message="m"), 500, None),
    ],
)
def test_a_question_that_failed_is_an_error(
    status: str, error: AnswerError | None, expected: int, retry: str | None
) -> None:
    with pytest.raises(Problem) as failed:
        check_answered(answered("", status=status, error=error))

    assert failed.value.status == expected
    assert failed.value.headers.get("Retry-After") == retry


async def chunks(
    *arrivals: Followed,
    with_usage: bool = False,
    for_json: bool = False,
    notes: tuple[str, ...] = (),
) -> list[Any]:
    async def followed() -> AsyncGenerator[Followed, None]:
        for arrival in arrivals:
            yield arrival

    made = Chunks("q", created=1, with_usage=with_usage, for_json=for_json, notes=notes)
    events = [event async for event in made.of(followed())]
    texts = [event.decode().removeprefix("data: ").strip() for event in events]
    return [text if text == "[DONE]" else json.loads(text) for text in texts]


def token(attempt: int, seq: int, text: str) -> Entry:
    return Entry(f"{attempt}-{seq}", json.dumps({"delta": text}))


def text_of(told: list[Any]) -> str:
    choices = [choice for chunk in told[:-1] for choice in chunk["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def test_a_stream_adds_up_to_the_answer() -> None:
    told = await chunks(
        Entry("0-1", "{}"),
        token(1, 1, "A badge "),
        token(1, 2, "opens"),
        Answer(answered("A badge opens doors. [1]").to_json()),
        with_usage=True,
    )

    assert text_of(told) == "A badge opens doors. [1]"
    assert told[-1] == "[DONE]"
    assert told[-2]["usage"]["total_tokens"] == 0
    assert told[-3]["choices"][0]["finish_reason"] == "stop"
    assert "text" not in told[-3]["ragline"]


async def test_what_was_sent_is_not_taken_back_but_the_last_chunk_says_what_counts() -> None:
    told = await chunks(
        token(1, 1, "Half of "),
        token(2, 1, "Another one."),
        Answer(answered("Another one.").to_json()),
    )

    assert text_of(told) == "Half of "
    assert told[-2]["ragline"]["text"] == "Another one."


async def test_a_stream_that_fails_ends_with_an_error() -> None:
    failed = await chunks(token(1, 1, "x"), Answer(answered("", status="failed").to_json()))
    silent = await chunks(GaveUp())

    assert failed[-1]["error"]["code"] == "failed"
    assert silent[-1]["error"]["code"] == "interrupted"


def test_the_request_is_told_what_was_not_read_with_its_answer() -> None:
    made = completion(answered("A badge."), notes=("messages of tools were not read",))
    assert made.ragline.notes == ("messages of tools were not read",)


async def test_a_stream_tells_it_in_its_last_chunk() -> None:
    told = await chunks(Answer(answered("A badge.").to_json()), notes=("n",))
    assert told[-2]["ragline"]["notes"] == ["n"]
