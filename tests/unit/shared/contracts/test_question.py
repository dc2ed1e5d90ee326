"""What tells a repeat of a question from another question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.queries import Filters, Options, Principal, QuerySubmitted, Turn
from ragline.contracts.question import question_digest, unreadable_digest

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def question(**fields: Any) -> QuerySubmitted:
    return QuerySubmitted.model_validate({"query_id": "q", "text": "well?"} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "other?"},
        {"history": (Turn(role="user", text="before"),)},
        {"principal": Principal(groups=("staff",))},
        {"filters": Filters(tags=("handbook",))},
        {"filters": Filters(updated_from=AT)},
        {"options": Options(top_k=3)},
        {"options": Options(max_answer_tokens=20)},
        {"options": Options(min_versions={"a.md": 2})},
        {"options": Options(json_schema='{"type":"object"}')},
    ],
)
def test_whatever_changes_the_answer_is_another_question(fields: dict[str, Any]) -> None:
    assert question_digest(question(**fields)) != question_digest(question())


@pytest.mark.parametrize(
    "fields",
    [
        {"query_id": "other", "tenant": "acme"},
        {"submitted_at": AT, "deadline": AT},
        {"principal": Principal(user="eve")},
        {"options": Options(stream=False)},
        {"text": "  well? "},
        {"filters": Filters(tags=())},
    ],
)
def test_whatever_does_not_is_a_repeat(fields: dict[str, Any]) -> None:
    assert question_digest(question(**fields)) == question_digest(question())


def test_sets_have_no_order() -> None:
    one = question(
        principal=Principal(groups=("a", "b")),
        filters=Filters(tags=("x", "y"), document_ids=("1", "2")),
        options=Options(min_versions={"a": 1, "b": 2}),
    )
    other = question(
        principal=Principal(groups=("b", "a", "b")),
        filters=Filters(tags=("y", "x"), document_ids=("2", "1")),
        options=Options(min_versions={"b": 2, "a": 1}),
    )
    assert question_digest(one) == question_digest(other)


@given(
    text=st.text(min_size=1, max_size=50).filter(str.strip),
    groups=st.lists(st.text("abc", min_size=1, max_size=3), max_size=3),
    languages=st.lists(st.sampled_from(["de-AT", "en", "", "EN-us"]), max_size=3),
    since=st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_it_is_the_same_for_who_publishes_and_for_who_reads(
    text: str, groups: list[str], languages: list[str], since: datetime | None
) -> None:
    try:
        asked = question(
            text=text,
            principal={"groups": groups},
            filters={"languages": languages, "updated_from": since},
        )
        sent = asked.to_json()
    except ValueError:  # a lone surrogate, for example, is no question
        return
    assert question_digest(QuerySubmitted.model_validate_json(sent)) == question_digest(asked)


def test_what_is_no_question_is_repeated_by_the_same_bytes_only() -> None:
    assert unreadable_digest(b"{") == unreadable_digest(b"{")
    assert unreadable_digest(b"{") != unreadable_digest(b"[")
