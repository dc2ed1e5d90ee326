"""A model's reply is JSON that fits, or it is said what does not."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.answer_schema import answer_schema
from ragline_generator.structured.bounded_check import TooCostly
from ragline_generator.structured.json_reply import Misfit, json_reply

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "desk": {"$ref": "#/$defs/Desk"},
        "days": {"type": "number", "multipleOf": 0.5},
        "note": {"type": ["string", "null"]},
    },
    "required": ["desk"],
    "$defs": {"Desk": {"type": "string", "minLength": 1}},
}


@pytest.mark.parametrize(
    "reply",
    [
        '{"desk": "front", "note": null}',
        ' {"desk":"front","note":null}\n',
        '```json\n{"desk": "front", "note": null}\n```',
        '```\n{"desk": "front", "note": null}\n```',
    ],
)
def test_json_that_fits_is_returned_as_text(reply: str) -> None:
    assert json_reply(reply, SCHEMA) == '{"desk": "front", "note": null}'


@pytest.mark.parametrize(
    ("reply", "place", "said"),
    [
        ("I think it is the front desk", "", "no JSON"),
        ('{"desk": "fro', "", "no JSON"),
        ("[]", "", "no JSON object"),
        ("{}", "", "'desk' is a required property"),
        ('{"desk": 5}', "desk", "5 is not of type 'string'"),
        ('{"desk": "f", "days": 0.3}', "days", "not a multiple"),
        ('{"desk": "f", "days": NaN}', "", "no JSON"),
        ('{"desk": "f", "days": 1e999}', "", "no JSON"),
        ('{"desk": "f", "days": ' + "9" * 4_000 + "}", "", "no JSON"),
        ('{"desk": "\\ud800"}', "", "no JSON"),
        ('{"desk": ' + "[" * 100_000, "", "nested too deeply"),
        ('{"desk": "' + "x" * 300_000 + '"}', "", "too long"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(reply: str, place: str, said: str) -> None:
    with pytest.raises(Misfit) as misfit:
        json_reply(reply, SCHEMA)
    assert misfit.value.place == place
    assert said in str(misfit.value)
    assert len(str(misfit.value)) <= 300
    assert misfit.value.reply == reply


def test_what_takes_too_long_to_check_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def costly(*_: Any) -> None:
        raise TooCostly("write less")

    monkeypatch.setattr("ragline_generator.structured.json_reply.bounded_check", costly)
    with pytest.raises(Misfit, match="write less"):
        json_reply('{"desk": "front"}', SCHEMA)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["desk", "days", "note", "x"]), inner, max_size=4)
    ),
    max_leaves=10,
)


LEAVES = [
    {"type": "string", "minLength": 1},
    {"type": ["integer", "null"], "maximum": 5},
    {"type": "number", "multipleOf": 0.1},
    {"const": None},
    {"enum": [1, "x", [None]]},
    {"$ref": "#/$defs/D"},
    True,
]
subschemas = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.builds(
            lambda items: {"type": "array", "items": items, "uniqueItems": True, "minItems": 1},
            inner,
        )
        | st.builds(
            lambda kind, listed: {kind: listed},
            st.sampled_from(["anyOf", "oneOf", "allOf"]),
            st.lists(inner, min_size=1, max_size=3),
        )
        | st.builds(
            lambda named, other: {"properties": named, "additionalProperties": other},
            st.dictionaries(st.sampled_from(["desk", "days", "note"]), inner),
            inner,
        )
    ),
    max_leaves=8,
)


@given(subschemas, values)
def test_whatever_schema_is_taken_can_be_checked(schema: Any, value: Any) -> None:
    whole = {
        "$schema": "urn:whatever",
        "type": "object",
        "properties": {"desk": schema},
        "$defs": {"D": {"type": "object", "title": "D"}},
    }
    taken = json.loads(answer_schema(json.dumps(whole)))
    with suppress(Misfit):
        json_reply(json.dumps({"desk": value}), taken)


@given(values | st.fixed_dictionaries({"desk": st.text(), "days": values}))
def test_whatever_a_model_writes_fits_or_is_a_misfit(value: Any) -> None:
    try:
        told = json_reply(json.dumps(value), SCHEMA)
    except Misfit:
        return
    assert json.loads(told) == value
