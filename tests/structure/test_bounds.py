"""Every field of every event, and of every request that becomes one, has a bound.

Looked at in the JSON Schemas, because these are what others build against and no way around a model
is left out of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from ragline.contracts.dead_letters import DeadLetterStored
from ragline.contracts.jsonschema import event_types
from ragline_gateway.documents.models import AccessBody, DocumentBody
from ragline_gateway.feedback.routes import FeedbackBody
from ragline_gateway.queries.models import AskBody

Schema = dict[str, Any]

# A chat's messages are not here: of them the question is looked at, the rest is cut
MODELS: tuple[type[BaseModel], ...] = (
    *event_types().values(),
    DeadLetterStored,
    AskBody,
    DocumentBody,
    AccessBody,
    FeedbackBody,
)
FORMATS = {"date-time"}


def unbounded(schema: Schema, root: Schema, path: str = "") -> Iterator[str]:
    """Yield the places in `schema` where a value may be of any length."""
    for name in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(name, ()):
            yield from unbounded(option, root, path)
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        yield from unbounded(target, root, path)
    kind = schema.get("type")
    if kind == "string" and not is_short(schema):
        yield f"{path}: a string without maxLength"
    elif kind == "array":
        yield from unbounded_list(schema, root, path)
    elif kind == "object":
        yield from unbounded_object(schema, root, path)
    elif kind is None and not {"$ref", "anyOf", "oneOf", "allOf", "const", "enum"} & schema.keys():
        yield f"{path}: any value"


def is_short(schema: Schema) -> bool:
    """Tell whether a string has a bound of its own."""
    return bool({"maxLength", "enum", "const"} & schema.keys()) or schema.get("format") in FORMATS


def unbounded_list(schema: Schema, root: Schema, path: str) -> Iterator[str]:
    """Yield what is wrong with a list: its length, its items."""
    if "maxItems" not in schema:
        yield f"{path}: a list without maxItems"
    yield from unbounded(schema.get("items", {}), root, f"{path}[]")


def unbounded_object(schema: Schema, root: Schema, path: str) -> Iterator[str]:
    """Yield what is wrong with a model's fields, or with a table's length, names and values."""
    for name, field in schema.get("properties", {}).items():
        yield from unbounded(field, root, f"{path}.{name}" if path else name)
    if "properties" in schema:
        return
    names = schema.get("propertyNames", {})
    enumerated = "$ref" in names and "enum" in root["$defs"][names["$ref"].split("/")[-1]]
    if not enumerated:
        if "maxProperties" not in schema:
            yield f"{path}: a table without maxProperties"
        if "maxLength" not in names:
            yield f"{path}: a table whose names have no maxLength"
    # names with a pattern have their values' schema beside it
    values = schema.get("patternProperties") or {"": schema.get("additionalProperties", {})}
    for value in values.values():
        yield from unbounded(value, root, f"{path}.*")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_has_a_bound(model: type[BaseModel]) -> None:
    schema = model.model_json_schema()
    assert sorted(set(unbounded(schema, schema))) == []


class _Open(BaseModel):
    text: str
    some: list[int] = []
    table: dict[str, str] = {}
    other: Any = None
    maybe: tuple[str, ...] | None = None


def test_a_field_without_a_bound_is_seen() -> None:
    schema = _Open.model_json_schema()
    assert sorted(unbounded(schema, schema)) == [
        "maybe: a list without maxItems",
        "maybe[]: a string without maxLength",
        "other: any value",
        "some: a list without maxItems",
        "table.*: a string without maxLength",
        "table: a table whose names have no maxLength",
        "table: a table without maxProperties",
        "text: a string without maxLength",
    ]
