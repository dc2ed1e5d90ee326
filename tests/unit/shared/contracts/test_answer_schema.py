"""Schemas that answers are to fill: those of people are taken, those that would do harm are not."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from ragline.contracts import bounds
from ragline.contracts.answer_schema import answer_schema
from ragline.contracts.queries import Options, QuerySubmitted

PLACE = {"type": "object", "properties": {"desk": {"type": ["string", "null"]}}}
GOOD: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "title": "Badge",
    "properties": {
        "where": {"$ref": "#/$defs/Place"},
        "others": {"type": "array", "items": {"$ref": "#/$defs/Place"}, "maxItems": 3},
        "days": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
        "kind": {"enum": ["new", "lost", None]},
        "since": {"type": "string", "format": "date", "description": "when it began"},
    },
    "required": ["where", "days"],
    "additionalProperties": False,
    "$defs": {"Place": PLACE},
}


def with_property(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = with_property(schema)
    return schema


def doubling(levels: int) -> dict[str, Any]:
    """Return a short schema that is huge once each reference is followed."""
    definitions: dict[str, Any] = {"d0": {"type": "string"}}
    for n in range(1, levels):
        definitions[f"d{n}"] = {"anyOf": [{"$ref": f"#/$defs/d{n - 1}"}] * 2}
    return with_property({"$ref": f"#/$defs/d{levels - 1}"}) | {"$defs": definitions}


def test_a_schema_keeps_its_meaning_in_the_shortest_spelling() -> None:
    told = answer_schema(json.dumps(GOOD, indent=2))
    assert json.loads(told) == GOOD
    assert answer_schema(told) == told
    assert " " not in told.replace("when it began", "")


REFUSED: list[tuple[Any, str]] = [
    ([], "the schema itself needs"),
    ({}, "the schema itself needs"),
    ({"type": "array"}, "the schema itself needs"),
    ({"type": "object", "anyOf": []}, "/anyOf: should be a list"),
    (with_property({"$ref": "https://example.org/a.json"}), "/properties/a/$ref"),
    (with_property({"$ref": "#"}), "/properties/a/$ref"),
    (with_property({"$ref": "#/properties/a"}), "/properties/a/$ref"),
    (with_property({"$ref": "#/$defs/x~1y"}) | {"$defs": {"x/y": {}, "x~1y": {}}}, "a plain name"),
    (with_property({"$ref": 5}), "/properties/a/$ref"),
    (with_property({"$ref": "#/$defs/a"}) | {"$defs": {"a": {"$ref": "#/$defs/a"}}}, "itself"),
    ({"type": "object", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, "contains itself"),
    (with_property({"$id": "https://example.org"}), "/properties/a/$id: this keyword"),
    (with_property({"type": "string", "pattern": "(a+)+$"}), "/properties/a/pattern: this keyword"),
    ({"type": "object", "patternProperties": {"(a+)+$": {}}}, "/patternProperties: this keyword"),
    (with_property({"not": {}}), "/properties/a/not: this keyword"),
    (with_property({"type": "text"}), "/properties/a/type: should be of array"),
    (with_property({"type": ["string", "string"]}), "names a type twice"),
    (with_property({"enum": []}), "/properties/a/enum: should be a list"),
    (with_property({"items": [{}]}), "/properties/a/items: should be a schema"),
    (with_property({"maxLength": 10**6}), "/properties/a/maxLength: should be a whole number"),
    (with_property({"minItems": True}), "/properties/a/minItems: should be a whole number"),
    (with_property({"maximum": 1e300}), "/properties/a/maximum: should be a number"),
    (with_property({"multipleOf": 0}), "/properties/a/multipleOf: should be greater than 0"),
    ({"type": "object", "required": ["a", "a"]}, "/required: should be a list of names"),
    ({"type": "object", "properties": []}, "/properties: should be an object"),
    (nested(bounds.SCHEMA_DEPTH + 1), "levels of nesting"),
    (doubling(14), "more than 2,000 parts"),
    (doubling(400), "levels of nesting"),
    (with_property({"enum": list(range(2_001))}), "more than 2,000 parts"),
    (with_property({"description": "x" * bounds.SCHEMA_CHARS}), "at most 32,768 characters"),
    (with_property({"const": "\ud800"}), "no JSON"),
    (with_property({"const": float("nan")}), "no JSON"),
]


@pytest.mark.parametrize(("schema", "reason"), REFUSED)
def test_what_would_do_harm_is_refused_with_its_place(schema: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^") as refused:
        answer_schema(json.dumps(schema))
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("text", ["", "{", "[" * 30_000, '{"type":"object","const":1e999}'])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no JSON|levels of nesting"):
        answer_schema(text)


def test_a_schema_of_many_levels_is_refused() -> None:
    with pytest.raises(ValueError, match="levels of nesting"):
        answer_schema(json.dumps(nested(300)))


def test_names_of_properties_may_have_any_characters() -> None:
    names = ["a/b/c" * 20, "$ref", "pattern", "", "ä"]
    told = answer_schema(json.dumps({"type": "object", "properties": dict.fromkeys(names, True)}))
    assert list(json.loads(told)["properties"]) == names


def test_as_many_levels_as_are_said_are_taken() -> None:
    answer_schema(json.dumps(nested(bounds.SCHEMA_DEPTH - 1)))


class Shelf(BaseModel):
    """A model as people write them."""

    title: str
    pages: int | None = None
    tags: list[str] = []
    by: dict[str, float] = {}


def test_the_schema_of_a_model_of_pydantic_is_taken() -> None:
    answer_schema(json.dumps(Shelf.model_json_schema()))


def test_a_schema_may_come_as_an_object_and_is_kept_as_text() -> None:
    asked = {"query_id": "q", "text": "Where?", "options": {"json_schema": GOOD}}
    event = QuerySubmitted.model_validate_json(json.dumps(asked))
    assert event.options.json_schema == answer_schema(json.dumps(GOOD))
    assert QuerySubmitted.model_validate_json(event.to_json()) == event
    for wrong in ({"a": {1}}, {"type": "array"}, {"type": "object", "title": "\ud800"}, 5, "x"):
        with pytest.raises(ValidationError):
            Options(json_schema=wrong)


def test_an_object_is_as_long_as_its_shortest_text() -> None:
    """With escapes and spaces it was refused though its text was taken."""
    schema = with_property({"description": "ä" * 30_000, "enum": list(range(500))})
    assert Options(json_schema=schema).json_schema == answer_schema(json.dumps(schema))


leaves = st.fixed_dictionaries({"type": st.sampled_from(["string", "integer", "null"])}) | st.just(
    {"$ref": "#/$defs/D"}
)
subschemas = st.recursive(
    leaves,
    lambda inner: (
        st.fixed_dictionaries({"type": st.just("array"), "items": inner})
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(st.text(max_size=3), inner, max_size=3),
                "required": st.lists(st.text(max_size=3), max_size=2),
            }
        )
    ),
    max_leaves=8,
)


@given(subschemas, subschemas)
def test_what_is_taken_is_a_json_schema(schema: dict[str, Any], other: dict[str, Any]) -> None:
    try:
        told = answer_schema(json.dumps(with_property(schema) | {"$defs": {"D": other}}))
    except ValueError:
        return
    Draft202012Validator.check_schema(json.loads(told))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "enum", "$ref", "$defs", "required"])
            | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["properties", "$defs", "anyOf", "title"]), anything))
def test_whatever_comes_is_taken_or_refused(fields: dict[str, Any]) -> None:
    with suppress(ValueError):
        answer_schema(json.dumps({"type": "object"} | fields))
