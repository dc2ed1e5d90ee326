"""What clients of other languages write is read where it has one meaning, and refused elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ragline.contracts.base import Event
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, Operation
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.reading import read_event
from ragline.contracts.wrappings import BinaryValue

QUESTION: dict[str, Any] = {"query_id": "q", "text": "Wie lange?"}
DOCUMENT: dict[str, Any] = {"document_id": "d", "version": 3, "content": "text"}


def question(**fields: Any) -> QuerySubmitted:
    return read_event(QuerySubmitted, json.dumps(QUESTION | fields).encode())


def document(**fields: Any) -> DocumentChanged:
    return read_event(DocumentChanged, json.dumps(DOCUMENT | fields).encode())


def optional_fields(kind: type[Event]) -> list[str]:
    return [name for name, field in kind.model_fields.items() if not field.is_required()]


@pytest.mark.parametrize("kind", [QuerySubmitted, DocumentChanged, FeedbackGiven])
def test_null_is_the_default_of_every_optional_field(kind: type[Event]) -> None:
    values: dict[str, Any] = {**QUESTION, **DOCUMENT, "rating": "up"}
    required = {name: values[name] for name in kind.model_fields if name in values}
    nulls = dict.fromkeys(optional_fields(kind))
    read = read_event(kind, json.dumps(nulls | required).encode())
    assert read == kind.model_validate(required)


def test_null_is_the_default_inside_of_a_field_too() -> None:
    asked = question(
        principal={"user": None, "groups": None},
        filters={"tags": None, "document_ids": None},
        options={"stream": None, "min_versions": None, "top_k": None},
    )
    assert asked == QuerySubmitted(**QUESTION)
    assert document(attributes={"owner": None, "area": "hr"}).attributes == {"area": "hr"}


@pytest.mark.parametrize(
    "fields",
    [{"query_id": None}, {"text": None}, {"history": [None]}, {"filters": {"tags": [None]}}],
)
def test_null_is_refused_where_there_is_no_default(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        question(**fields)


def test_null_opens_no_document() -> None:
    assert document(access=None).access is None  # it states nothing
    with pytest.raises(ValidationError, match="access"):
        read_event(DocumentAccessChanged, b'{"document_id": "d", "version": 1, "access": null}')


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-24T12:00:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24 12:00:00.1234567", datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T13:00:00+01:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        (1795521600000, datetime(2026, 11, 24, 12, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc(written: str | int, meant: datetime) -> None:
    assert question(deadline=written).deadline == meant
    assert document(updated_at=written).updated_at == meant
    assert question(filters={"updated_from": written}).filters.updated_from == meant


def test_a_whole_number_is_text_where_text_is_meant_and_the_reverse() -> None:
    assert question(query_id=4711).query_id == "4711"
    assert question(filters={"tags": [2026]}).filters.tags == ("2026",)
    read = document(document_id=17, version="3", attributes={"room": 12})
    assert (read.document_id, read.version, read.attributes) == ("17", 3, {"room": "12"})
    assert question(options={"top_k": "5", "min_versions": {"d": "3"}}).options.top_k == 5


@pytest.mark.parametrize("query_id", [4711.0, 1e3, True, ["4711"], {"id": 1}])
def test_what_may_mean_two_things_is_refused(query_id: Any) -> None:
    with pytest.raises(ValidationError, match="query_id"):
        question(query_id=query_id)


@pytest.mark.parametrize("written", ["DELETE", "Delete", " delete "])
def test_words_of_a_fixed_list_are_in_any_case(written: str) -> None:
    assert document(operation=written, content=None).operation is Operation.DELETE
    rating = read_event(FeedbackGiven, b'{"query_id": "q", "rating": "UP"}')
    assert rating.rating == "up"
    assert question(history=[{"role": "USER", "text": "a"}]).history[0].role == "user"
    assert document(content_encoding="Base64").content_encoding == "base64"


def test_what_stays_wrong_is_told_and_nothing_else() -> None:
    with pytest.raises(ValidationError) as raised:
        document(operation="UPSERT", version=3.5, tags=None)
    assert [each["loc"] for each in raised.value.errors()] == [("version",)]


def test_broken_json_is_told_as_such() -> None:
    with pytest.raises(ValidationError, match="Invalid JSON"):
        read_event(QuerySubmitted, b"{nope")
    with pytest.raises(BinaryValue):
        read_event(QuerySubmitted, b"\x00\x00\x00\x00\x01\x02")


def test_a_value_with_very_many_faults_is_not_repaired_one_by_one() -> None:
    with pytest.raises(ValidationError):
        document(attributes=dict.fromkeys(map(str, range(300)), 1))


@given(st.text(min_size=1).filter(str.strip), st.lists(st.sampled_from("abc"), max_size=3))
def test_what_is_right_is_read_as_ever(text: str, tags: list[str]) -> None:
    asked = QuerySubmitted(query_id="q", text=text, filters={"tags": tags})
    assert read_event(QuerySubmitted, asked.to_json()) == asked
