"""Events drawn from the JSON Schemas of the contracts: small ones, and ones at every bound.

Not every drawn event is valid, because some rules are no part of a schema; the contract judges.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ragline.contracts.base import Event
from ragline.contracts.jsonschema import schema_of

Strategy = st.SearchStrategy[Any]
Schema = Mapping[str, Any]

# What a bound beyond this allows is drawn as documents (`documents.py`)
_MOST_CHARS = 40_000
_MOST_ITEMS = 1_000
_HUGE = (0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 10**30)
_INSTANTS = (
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999+14:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-12:00",
)
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
_DEPTHS = (1, 50, 150)  # `mutations.nest` goes beyond what readers of JSON take


def drawn(strategy: Strategy, *, number: int, count: int) -> list[Any]:
    """Return `count` or a few less values; the same `number` gives the same ones."""
    found: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(value: Any) -> None:
        found.append(value)

    keep()
    return found


def events(kind: type[Event]) -> Strategy:
    """Return the strategy of an event's JSON objects."""
    schema = schema_of(kind)
    unknown = st.sampled_from(_DEPTHS).map(lambda depth: {"unknown": _nested(depth)})
    extra = st.one_of(st.just({}), st.just({}), st.just({}), unknown)
    return st.builds(lambda event, more: more | event, _object(schema, schema), extra)


def encoded(event: Any) -> bytes:
    """Return JSON as other programs write it: characters as they are."""
    return json.dumps(event, ensure_ascii=False).encode()


def _nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = {"a": [value]}
    return value


def _values(schema: Schema, root: Schema) -> Strategy:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return _values(root["$defs"][name], root)
    if "anyOf" in schema:
        return st.one_of([_values(each, root) for each in schema["anyOf"]])
    fixed = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    return st.sampled_from(fixed) if fixed else _typed(schema, root)


def _typed(schema: Schema, root: Schema) -> Strategy:
    match schema.get("type"):
        case "object" if "properties" in schema:
            return _object(schema, root)
        case "object":
            return _table(schema, root)
        case "array":
            return _array(schema, root)
        case str(kind):
            return _SIMPLE[kind](schema)
    return st.one_of(st.none(), st.integers(), st.text())


def _object(schema: Schema, root: Schema) -> Strategy:
    required = set(schema.get("required", ()))
    fields = {name: _values(each, root) for name, each in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: each for name, each in fields.items() if name in required},
        optional={name: each for name, each in fields.items() if name not in required},
    )


def _table(schema: Schema, root: Schema) -> Strategy:
    patterns = schema.get("patternProperties", {})
    pattern, values = next(iter(patterns.items()), (None, schema.get("additionalProperties", {})))
    names = schema.get("propertyNames", {})
    if "$ref" in names:
        names = root["$defs"][names["$ref"].removeprefix("#/$defs/")]
    keys = (
        st.sampled_from(names["enum"]) if "enum" in names else _text({"pattern": pattern} | names)
    )
    value = _values(values, root) if isinstance(values, Mapping) else st.text()
    small = st.dictionaries(keys, value, max_size=3)
    most = min(schema.get("maxProperties", 3), _MOST_ITEMS)
    full = st.builds(lambda v: {f"key {n}": v for n in range(most)}, value)
    return st.one_of(small, small, full)


def _array(schema: Schema, root: Schema) -> Strategy:
    items = _values(schema.get("items", {}), root)
    most = min(schema.get("maxItems", 3), _MOST_ITEMS)
    small = st.lists(items, max_size=min(3, most))
    return st.one_of(small, small, items.map(lambda item: [item] * most))


def _text(schema: Schema) -> Strategy:
    if schema.get("format") == "date-time":
        return _instant()
    least = schema.get("minLength", 0)
    most = min(schema.get("maxLength", 200), _MOST_CHARS)
    pattern = schema.get("pattern")
    unit = st.from_regex(re.compile(pattern)) if pattern else st.text(min_size=1, max_size=8)
    small = st.text(min_size=least, max_size=min(40, most)) if not pattern else unit
    full = unit.filter(bool).map(lambda text: (text * math.ceil(most / len(text)))[:most])
    return st.one_of(small.filter(lambda text: len(text) <= most), small, full)


def _integer(schema: Schema) -> Strategy:
    least, most = schema.get("minimum"), schema.get("maximum")
    edges = [number for number in (least, most) if number is not None] or list(_HUGE)
    return st.one_of(st.integers(least, most), st.sampled_from(edges))


def _number(schema: Schema) -> Strategy:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    return st.one_of(
        st.floats(least, schema.get("maximum"), allow_nan=False, allow_infinity=False),
        st.integers(0, 1).map(float),
    )


def _instant() -> Strategy:
    usual = st.datetimes(timezones=_ZONES).map(lambda instant: instant.isoformat())
    return st.one_of(usual, st.sampled_from(_INSTANTS))


_SIMPLE: Mapping[str, Callable[[Schema], Strategy]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": lambda _: st.booleans(),
    "null": lambda _: st.none(),
}
