"""Which changes of a schema are refused, and that the verdict agrees with a real validator."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ragline.contracts.compatibility import breaking_changes
from ragline.contracts.jsonschema import committed, compare, schemas, write

Schema = dict[str, Any]

BASE: Schema = {
    "$defs": {
        "Colour": {"enum": ["red", "green"], "type": "string"},
        "Point": {
            "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
            "required": ["x"],
            "type": "object",
        },
    },
    "properties": {
        "id": {"maxLength": 10, "minLength": 1, "pattern": "^a", "type": "string"},
        "count": {"minimum": 0, "maximum": 9, "type": "integer"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "colour": {"$ref": "#/$defs/Colour", "default": "red"},
        "points": {"items": {"$ref": "#/$defs/Point"}, "type": "array"},
        "labels": {"additionalProperties": {"type": "string"}, "type": "object"},
        "kind": {"const": "a", "type": "string"},
        "pair": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "type": "array"},
    },
    "required": ["id"],
    "title": "Thing",
    "type": "object",
}


def changed(path: str, value: object) -> Schema:
    """Return BASE with `value` at the slash-separated `path`; None removes what is there."""
    schema = deepcopy(BASE)
    *parents, last = path.split("/")
    target: Any = schema
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target[name]
    if value is None:
        del target[last]
    else:
        target[int(last) if isinstance(target, list) else last] = value
    return schema


@pytest.mark.parametrize(
    "new",
    [
        changed("properties/extra", {"type": "string"}),
        changed("$defs/Point/properties/z", {"type": "integer"}),
        changed("title", "Another title"),
        changed("description", "Text."),
        changed("properties/note/default", "x"),
        changed("properties/colour/description", "Text."),
        changed("properties/colour", BASE["$defs"]["Colour"]),  # inlined
        changed("properties/note/anyOf", [{"type": "null"}, {"type": "string"}]),
        changed("properties/note", {"type": ["string", "null"]}),
    ],
)
def test_a_compatible_change_is_accepted(new: Schema) -> None:
    assert breaking_changes(BASE, new) == []


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (changed("properties/note", None), "note: property was removed"),
        (changed("required", ["id", "count"]), "count: is newly required"),
        (changed("required", []), "id: is no longer required; older readers need it"),
        (changed("properties/count/type", "string"), "count: integer is no longer accepted"),
        (changed("properties/note", {"type": "string"}), "note: null is no longer accepted"),
        (
            changed("properties/id", {"anyOf": [BASE["properties"]["id"], {"type": "null"}]}),
            "id: null is newly accepted; older readers refuse it",
        ),
        (changed("$defs/Colour/enum", ["red"]), 'colour: value "green" is no longer accepted'),
        (
            changed("$defs/Colour/enum", ["red", "green", "blue"]),
            'colour: value "blue" is newly accepted; older readers refuse it',
        ),
        (
            changed("$defs/Colour", {"type": "string"}),
            "colour: the list of allowed values went away",
        ),
        (changed("properties/kind/const", "b"), 'kind: value "a" is no longer accepted'),
        (changed("properties/id/maxLength", 5), "id: maxLength 10 -> 5 is tighter"),
        (
            changed("properties/id/maxLength", 50),
            "id: maxLength 10 -> 50 is looser; older readers refuse it",
        ),
        (changed("properties/id/minLength", 2), "id: minLength 1 -> 2 is tighter"),
        (
            changed("properties/count/minimum", None),
            "count: minimum 0 -> none is looser; older readers refuse it",
        ),
        (changed("properties/points/maxItems", 3), "points: maxItems none -> 3 is tighter"),
        (changed("properties/id/pattern", "^b"), 'id: pattern "^a" -> "^b"'),
        (changed("properties/id/format", "uuid"), 'id: format none -> "uuid"'),
        (changed("$defs/Point/required", ["x", "y"]), "points[].y: is newly required"),
        (changed("$defs/Point/properties/x", None), "points[].x: property was removed"),
        (
            changed("properties/points/items", None),
            "points[]: any value is newly accepted; older readers refuse it",
        ),
        (
            changed("properties/labels/additionalProperties/type", "integer"),
            "labels.*: string is no longer accepted",
        ),
        (changed("additionalProperties", False), "*: any value is no longer accepted"),
        (
            changed("properties/pair/prefixItems", [{"type": "string"}]),
            "pair: has 1 fixed elements instead of 2",
        ),
        (
            changed("properties/pair/prefixItems/1/type", "string"),
            "pair[1]: integer is no longer accepted",
        ),
    ],
)
def test_a_breaking_change_is_named(new: Schema, message: str) -> None:
    assert message in breaking_changes(BASE, new)


def test_recursive_schemas_end() -> None:
    node: Schema = {
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                },
            }
        },
        "$ref": "#/$defs/Node",
    }
    assert breaking_changes(node, node) == []
    other = deepcopy(node)
    other["$defs"]["Node"]["properties"]["value"]["type"] = "string"
    assert "value: integer is no longer accepted" in breaking_changes(node, other)


NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.one_of(
    st.builds(lambda low: {"type": "integer", "minimum": low}, st.integers(-1, 1)),
    st.builds(lambda most: {"type": "string", "maxLength": most}, st.integers(0, 2)),
    st.just({"type": "boolean"}),
    st.builds(
        lambda values: {"type": "string", "enum": values},
        st.lists(st.sampled_from(["", "x", "y"]), min_size=1, unique=True),
    ),
)
FIELDS = st.one_of(
    SCALARS,
    SCALARS.map(lambda one: {"anyOf": [one, {"type": "null"}]}),
    SCALARS.map(lambda one: {"type": "array", "items": one}),
)
OBJECTS = st.dictionaries(NAMES, FIELDS, max_size=3).flatmap(
    lambda fields: st.builds(
        lambda required: {"type": "object", "properties": fields, "required": sorted(required)},
        st.sets(st.sampled_from(sorted(fields))) if fields else st.just(set()),
    )
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from(["", "x", "y", "xyz"]),
    st.lists(st.integers(-2, 2), max_size=2),
)


@given(old=OBJECTS, new=OBJECTS, instance=st.dictionaries(NAMES, VALUES, max_size=3))
def test_without_a_breaking_change_both_versions_accept_the_same_events(
    old: Schema, new: Schema, instance: dict[str, Any]
) -> None:
    if breaking_changes(old, new):
        return
    known = {name: v for name, v in instance.items() if name in old["properties"]}
    assert Draft202012Validator(old).is_valid(known) == Draft202012Validator(new).is_valid(known)


@given(schema=OBJECTS, name=st.sampled_from(["new_1", "new_2"]), field=FIELDS)
def test_adding_an_optional_field_never_breaks(schema: Schema, name: str, field: Schema) -> None:
    wider = deepcopy(schema)
    wider["properties"][name] = field
    assert breaking_changes(schema, wider) == []
    assert breaking_changes(wider, schema) == [f"{name}: property was removed"]


def test_comparing_tells_stale_breaking_and_left_over_files_apart(tmp_path: Path) -> None:
    made = schemas()
    first, second, *_ = made
    write(made, tmp_path)
    files = committed(tmp_path)
    assert compare(made, files).up_to_date
    del files[first]["description"]
    files[second]["properties"]["gone"] = {"type": "string"}
    files["ragline.old.v1"] = {}
    comparison = compare(made, files)
    assert comparison.stale == (first,)
    assert comparison.breaking == {second: ("gone: property was removed",)}
    assert comparison.orphans == ("ragline.old.v1",)
