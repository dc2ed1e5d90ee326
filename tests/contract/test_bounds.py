"""What is too long is refused with the field and its limit, and what is within fits a record."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ragline.contracts import bounds
from ragline.contracts.answers import Citation, NearestSource
from ragline.contracts.base import Event
from ragline.contracts.cloudevents import TIMINGS, decode_headers
from ragline.contracts.dead_letters import DeadLetterHeader, DeadLetterStored
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import (
    Candidate,
    CandidatesRetrieved,
    QueryClassified,
    QuerySubmitted,
)
from ragline.contracts.size import json_bytes
from ragline.contracts.topics import MAX_RECORD_BYTES
from ragline_generator.writing.answer_stream import CHARS_PER_TOKEN
from ragline_ingestor.settings import IngestorSettings

QUESTION: dict[str, Any] = {"query_id": "q", "text": "Why?"}
DOCUMENT: dict[str, Any] = {"document_id": "d", "version": 1, "content": "x"}
RATING: dict[str, Any] = {"query_id": "q", "rating": "up"}
ACCESS: dict[str, Any] = {"document_id": "d", "version": 1}
# the longest that one character can be in JSON
WORST = "\x01"
DOCS = Path(__file__).parents[2] / "docs"


def turn(text: str) -> dict[str, str]:
    return {"role": "user", "text": text}


TOO_LONG: list[tuple[type[Event], dict[str, Any], str, str]] = [
    (DocumentChanged, DOCUMENT | {"tags": ["t" * 3_000_000]}, "tags.0", "256"),
    (DocumentChanged, DOCUMENT | {"tags": ["t"] * 101}, "tags", "100"),
    (DocumentChanged, DOCUMENT | {"title": "t" * 2_001}, "title", "2000"),
    (DocumentChanged, DOCUMENT | {"url": "u" * 4_097}, "url", "4096"),
    (DocumentChanged, DOCUMENT | {"media_type": "m" * 256}, "media_type", "255"),
    (DocumentChanged, DOCUMENT | {"language": "l" * 36}, "language", "35"),
    (DocumentChanged, DOCUMENT | {"attributes": {"k": "v" * 2_001}}, "attributes.k", "2000"),
    (DocumentChanged, DOCUMENT | {"attributes": {"k" * 129: "v"}}, "attributes", "128"),
    (
        DocumentChanged,
        DOCUMENT | {"attributes": {str(n): "v" for n in range(101)}},
        "attributes",
        "100",
    ),
    (DocumentChanged, DOCUMENT | {"access": ["g"] * 1_001}, "access", "1000"),
    (DocumentAccessChanged, ACCESS | {"access": ["g"] * 1_001}, "access", "1000"),
    (QuerySubmitted, QUESTION | {"history": [turn("x")] * 51}, "history", "50"),
    (QuerySubmitted, QUESTION | {"history": [turn("x" * 32_768)] * 5}, "history", "131072"),
    (QuerySubmitted, QUESTION | {"filters": {"tags": ["t" * 257]}}, "filters.tags.0", "256"),
    (
        QuerySubmitted,
        QUESTION | {"filters": {"document_ids": ["d"] * 1_001}},
        "filters.document_ids",
        "1000",
    ),
    (QuerySubmitted, QUESTION | {"principal": {"user": "u" * 513}}, "principal.user", "512"),
    (
        QuerySubmitted,
        QUESTION | {"options": {"min_versions": {str(n): 1 for n in range(101)}}},
        "options.min_versions",
        "100",
    ),
    (
        QuerySubmitted,
        QUESTION | {"options": {"json_schema": "{" + " " * 32_768}},
        "options.json_schema",
        "32768",
    ),
    (FeedbackGiven, RATING | {"user": "u" * 513}, "user", "512"),
    (FeedbackGiven, RATING | {"marker": 10**30}, "marker", "1000"),
]


@pytest.mark.parametrize(("event", "fields", "place", "limit"), TOO_LONG)
def test_what_is_too_long_is_refused_with_its_field_and_limit(
    event: type[Event], fields: dict[str, Any], place: str, limit: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        event.model_validate_json(json.dumps(fields))
    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])).startswith(place)
    assert limit in error["msg"]


def test_what_was_found_earlier_needs_the_look_that_is_to_be_made() -> None:
    classified = QUESTION | {
        "intent": "factual",
        "confidence": 1,
        "standalone_text": "Why?",
        "plan": {"name": "p", "weights": {"keyword": 1}},
        "earlier": {"watermark": 1},
    }
    with pytest.raises(ValidationError, match="earlier"):
        QueryClassified.model_validate(classified)
    look = {"reason": "bridge", "queries": ["Who?"]}
    QueryClassified.model_validate(classified | {"hops": [look]})


def test_the_longest_history_is_taken() -> None:
    turns = [turn("x" * (bounds.HISTORY_CHARS // 50))] * 50
    assert len(QuerySubmitted(**QUESTION, history=turns).history) == 50


def worst_question() -> dict[str, Any]:
    """Return a question with all fields at their bounds, in the characters that take most."""
    ids = [f"{n:04}" + "😀" * 508 for n in range(bounds.FILTER_DOCUMENTS)]
    groups = [f"{n:04}" + "😀" * 252 for n in range(bounds.GROUPS)]
    return QUESTION | {
        "text": "😀" * 8_192,
        "history": [turn(WORST * (bounds.HISTORY_CHARS // 50))] * 50,
        "principal": {"user": WORST * bounds.USER_CHARS, "groups": groups},
        "filters": {
            "tags": [WORST * bounds.TAG_CHARS] * bounds.TAGS,
            "media_types": [WORST * bounds.MEDIA_TYPE_CHARS] * bounds.FILTER_VALUES,
            "document_ids": ids,
        },
        "options": {"min_versions": dict.fromkeys(ids[: bounds.MIN_VERSIONS], 2**63 - 1)},
    }


def worst_candidate() -> Candidate:
    return Candidate(
        chunk_id="😀" * bounds.CHUNK_ID_CHARS,
        document_id="😀" * 512,
        version=2**63 - 1,
        ordinal=2**31,
        title=WORST * bounds.TITLE_CHARS,
        heading_path=[WORST * bounds.HEADING_CHARS] * bounds.HEADINGS,
        url=WORST * bounds.URL_CHARS,
        text=WORST * bounds.CHUNK_CHARS,
        start=2**31,
        end=2**31,
        scores=dict.fromkeys(SearchKind, 0.1234567890123456),
    )


def test_a_question_at_all_its_bounds_fits_a_record_with_its_candidates() -> None:
    event = CandidatesRetrieved(
        **worst_question(),
        standalone_text=WORST * bounds.STANDALONE_CHARS,
        intent="factual",
        confidence=0.5,
        plan={"name": "test", "weights": {"vector": 1}},
        entities={"quoted": [WORST * bounds.ENTITY_CHARS] * 8},
        watermark=1,
    )
    assert len(event.to_json()) + bounds.CANDIDATES_BYTES < MAX_RECORD_BYTES


def test_one_candidate_at_its_bounds_always_goes_on() -> None:
    assert json_bytes(worst_candidate()) < bounds.CANDIDATE_BYTES < bounds.CANDIDATES_BYTES


def test_inline_content_may_fill_a_record() -> None:
    assert bounds.CONTENT_CHARS == MAX_RECORD_BYTES


def test_an_answer_of_the_most_tokens_is_within_its_bound() -> None:
    assert bounds.ANSWER_TOKENS * CHARS_PER_TOKEN < bounds.ANSWER_CHARS


def test_the_ingestor_makes_no_chunk_that_an_event_cannot_carry() -> None:
    with pytest.raises(ValidationError, match=r"chunk_maximum\n.*less than 16384"):
        IngestorSettings(chunk_maximum=bounds.CHUNK_CHARS)


def test_timings_that_a_publisher_made_up_do_not_grow_through_the_pipeline() -> None:
    made_up = {"stage": "x", "queued": 1, "started": 1, "finished": 1}

    def read(timings: list[dict[str, Any]]) -> int:
        return len(decode_headers([(TIMINGS, json.dumps(timings).encode())]).timings)

    assert read([made_up] * (bounds.TIMINGS - 1)) == bounds.TIMINGS - 1
    assert read([made_up] * bounds.TIMINGS) == 0
    assert read([made_up | {"stage": "x" * 129}]) == 0


def test_a_dead_letter_of_somebody_else_may_say_anything() -> None:
    stored = DeadLetterStored.of(
        [(DeadLetterHeader.CAUSE, b"c" * 1_000_000), (DeadLetterHeader.SERVICE, b"classifier")]
    )
    assert stored == DeadLetterStored(service="classifier")


def test_a_candidate_of_an_earlier_release_is_still_read() -> None:
    old = {
        "chunk_id": "d@1#0",
        "document_id": "d",
        "version": 1,
        "ordinal": 0,
        "text": "x",
        "start": 0,
        "end": 1,
        "language": "en",
        "tags": ["guide"],
        "updated_at": "2025-06-01T12:00:00Z",
    }
    found = Candidate.model_validate_json(json.dumps(old))
    assert found.tags == ("guide",)
    assert found.updated_at == datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_longer_metadata_of_an_earlier_release_is_clipped_and_not_refused() -> None:
    old = {
        "document_id": "d",
        "version": 1,
        "title": "t" * 3_000_000,
        "heading_path": ["h" * 3_000_000, "Queues"],
        "url": "https://docs.test/" + "u" * 3_000_000,
    }
    chunk = {"chunk_id": "d@1#0", "ordinal": 0, "text": "x", "start": 0, "end": 1}
    more = {"tags": ["guide", "t" * 3_000_000], "language": "l" * 3_000_000}
    found = Candidate.model_validate_json(json.dumps(old | chunk | more))
    cited = {"marker": 1, "chunk_id": "d@1#0", "start": 0, "end": 1, "quote": "x"}
    citation = Citation.model_validate_json(json.dumps(old | cited))
    near = NearestSource.model_validate_json(json.dumps(old | {"score": 0.5}))
    for each in (found, citation, near):
        assert len(each.title) == bounds.TITLE_CHARS
        assert [len(heading) for heading in each.heading_path] == [bounds.HEADING_CHARS, 6]
        assert each.url is None
    assert (found.tags, found.language) == (("guide",), None)
    assert found.shortened


@pytest.mark.parametrize("wrong", [{"tags": 5}, {"tags": [5]}, {"heading_path": [5]}, {"url": 5}])
def test_what_is_no_metadata_at_all_is_refused(wrong: dict[str, Any]) -> None:
    fields = {"chunk_id": "c", "document_id": "d", "version": 1, "ordinal": 0, "text": "x"}
    with pytest.raises(ValidationError):
        Candidate.model_validate({**fields, "start": 0, "end": 1, **wrong})


def told(page: str) -> dict[str, tuple[str, str]]:
    """Return entries and characters of each field in a page's table of bounds."""
    rows = re.findall(r"^\| (`[^|]+`) \| ([\d,]*) ?\| ([\d,]+) \|$", page, re.MULTILINE)
    return {
        name: (entries.replace(",", ""), characters.replace(",", ""))
        for names, entries, characters in rows
        for name in re.findall(r"`([^`]+)`", names)
    }


def bound(schema: dict[str, Any], root: dict[str, Any], path: list[str]) -> tuple[str, str]:
    """Return entries and characters of the field at `path`."""
    options = schema.get("anyOf", [schema])
    (schema,) = [each for each in options if each.get("type") != "null"]
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if path:
        return bound(schema["properties"][path[0]], root, path[1:])
    entries = schema.get("maxItems") or schema.get("maxProperties") or ""
    values = schema.get("items") or schema.get("additionalProperties") or schema
    if "$ref" in values:  # a turn
        values = root["$defs"][values["$ref"].removeprefix("#/$defs/")]["properties"]["text"]
    length = values.get("maxLength") or schema["propertyNames"]["maxLength"]
    return str(entries), str(length)


@pytest.mark.parametrize(
    ("page", "event"),
    [("publish-documents.md", DocumentChanged), ("ask-over-kafka.md", QuerySubmitted)],
)
def test_the_pages_tell_the_bounds(page: str, event: type[Event]) -> None:
    rows = told((DOCS / page).read_text(encoding="utf-8"))
    schema = event.model_json_schema()
    assert rows
    assert rows == {name: bound(schema, schema, name.split(".")) for name in rows}
    assert f"{bounds.HISTORY_CHARS:,}" in (DOCS / "ask-over-kafka.md").read_text(encoding="utf-8")
