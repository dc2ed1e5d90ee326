"""Nothing that people wrote survives redaction; ids, structure and numbers do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.topics import TOPICS
from ragline_cli.dead_letters.redaction import redact

# No replacement and no field name contains the sign, and no id a control character: an id is shown
TEXT = st.text(max_size=20).map(lambda text: f"\x01§{text}§")
NAMES = {name for topic in TOPICS if topic.event for name in topic.event.model_fields}
FIELDS = st.sampled_from([*sorted(NAMES), "chunk_id", "*"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
PAYLOADS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | TEXT, inner, max_size=4),
    max_leaves=20,
)

# A busy machine is no failure


@given(PAYLOADS)
def test_no_text_survives_wherever_it_is(payload: Any) -> None:
    assert "§" not in json.dumps(redact(json.dumps(payload).encode()), ensure_ascii=False)


@given(PAYLOADS)
def test_the_structure_stays(payload: Any) -> None:
    assert shape(redact(json.dumps({"text": payload}).encode())) == shape({"text": payload})


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return [shape(inner) for inner in value.values()]
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return None if isinstance(value, float | None) else type(value)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_become_length_and_digest(value: bytes) -> None:
    try:
        json.loads(value)
    except ValueError:
        assert redact(value).startswith(f"‹{len(value)} bytes, blake2b ")


def test_what_identifies_a_record_stays() -> None:
    event = {
        "query_id": "q-1",
        "document_id": "a b.md",
        "tenant": "acme",
        "version": 3,
        "operation": "delete",
        "media_type": "text/markdown",
        "deadline": "2026-01-05T10:00:00Z",
        "text": "Why?",
        "candidates": [{"chunk_id": "ab-12", "document_id": "d", "text": "Because.", "start": 5}],
    }
    assert redact(json.dumps(event).encode()) == event | {
        "text": "‹4 characters›",
        "candidates": [
            {"chunk_id": "ab-12", "document_id": "d", "text": "‹8 characters›", "start": 5}
        ],
    }


@pytest.mark.parametrize(
    "event",
    [
        {"operation": "a secret"},
        {"media_type": "a secret"},
        {"tenant": "a secret"},
        {"deadline": "a secret"},
        {"language": "secret"},
        {"query_id": "secret\n"},
        {"attributes": {"tenant": "secret", "document_id": "secret"}},
        {"candidates": {"*": {"document_id": "secret"}}},
        {"a secret as a name": 1},
        ["secret"],
        "secret",
    ],
)
def test_an_allowed_field_shows_only_what_it_is_for(event: Any) -> None:
    assert "secret" not in str(redact(json.dumps(event).encode()))


def test_an_embedding_is_not_shown_and_a_null_value_is() -> None:
    assert redact(json.dumps({"vector": [0.5] * 384}).encode()) == {"vector": "‹384 numbers›"}
    assert redact(None) is None


def test_what_is_nested_without_end_is_survived() -> None:
    assert "deeper" in json.dumps(redact(b"[" * 500 + b"]" * 500), ensure_ascii=False)
    assert isinstance(redact(b"[" * 100_000), str)
    assert isinstance(redact(b"[" * 100_000 + b"]" * 100_000), str | list)


def test_every_id_of_the_events_is_known_to_the_redaction() -> None:
    ids = {name for name in NAMES if name.endswith("_id")}
    found = redact(json.dumps(dict.fromkeys(ids, "i-1")).encode())
    assert set(found.values()) == {"i-1"}
