"""A check ends in time, and means what the validator means by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ragline_generator.structured.bounded_check import TooCostly, bounded_check


def listed(schema: Any, **others: Any) -> dict[str, Any]:
    return {"properties": {"a": {"type": "array", "items": schema, **others}}}


def test_many_alternatives_of_many_items_are_given_up() -> None:
    """An event loop stood still for many seconds."""
    schema = listed({"anyOf": [{"const": f"x{n}"} for n in range(900)]})
    with pytest.raises(TooCostly, match="write less"):
        bounded_check({"a": ["x899"] * 1_000}, schema, most_s=0.05)


def test_an_ordinary_list_of_some_length_is_checked_to_its_end() -> None:
    place = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "kind": {"enum": [f"k{n}" for n in range(50)]}},
        "required": ["name", "kind"],
        "additionalProperties": False,
    }
    items = [{"name": f"n{n}", "kind": f"k{n % 50}"} for n in range(500)]
    assert bounded_check({"a": items}, listed(place)) is None
    error = bounded_check({"a": [*items, {"name": "n"}]}, listed(place))
    assert error is not None
    assert error.json_path == "$.a[500]"


def test_items_that_cannot_be_sorted_are_compared_once_each() -> None:
    """Each was compared with each, within one keyword: no limit could have ended it."""
    schema = listed({}, uniqueItems=True)
    items = [{"n": n} for n in range(20_000)]
    assert bounded_check({"a": items}, schema) is None
    assert bounded_check({"a": [*items, {"n": 7}]}, schema) is not None


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 1) | st.sampled_from([0.0, 1.0, "", "1"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
)


@given(st.lists(values, max_size=5), st.booleans())
def test_items_differ_as_the_validator_says(items: list[Any], wanted: bool) -> None:
    schema = {"uniqueItems": wanted}
    fits = Draft202012Validator(schema).is_valid(items)
    assert (bounded_check(items, schema) is None) == fits
