"""The JSON Schema that an answer is to fill: which schemas are taken, and how large they may be.

A schema comes from outside and is followed by code: by a language model's server, which makes a
grammar of it, and by a validator. So only what both can do with a few lines of memory is taken: the
subset that OpenAI's structured outputs have, without `pattern` (a regular expression may take for
ever) and without schemas that contain themselves. `$ref` leads to the schema's own `$defs` and
nowhere else: some validators would fetch an address.

`format` and the other annotations are shown to the model and not checked.

Source: JSON Schema 2020-12, "Validation"; OpenAI, "Structured outputs", supported schemas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from ragline.contracts import bounds

_TYPES = frozenset({"string", "number", "integer", "boolean", "null", "array", "object"})
_ANNOTATIONS = frozenset(
    {
        "$comment",
        "default",
        "deprecated",
        "description",
        "discriminator",
        "examples",
        "format",
        "readOnly",
        "title",
        "writeOnly",
    }
)
_SUBSCHEMAS = frozenset({"additionalProperties", "items"})
_LISTS_OF_SUBSCHEMAS = frozenset({"allOf", "anyOf", "oneOf"})
_COUNTS = frozenset(
    {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}
)
_LIMITS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_DEFINITIONS = ("$defs", "definitions")
# Names that are the same in a JSON Pointer and in the fragment of an address
_REFERENCE = re.compile(r"#/(?:\$defs|definitions)/[A-Za-z0-9_.-]{1,128}")
_TOO_DEEP = f"more than {bounds.SCHEMA_DEPTH} levels of nesting"


def answer_schema(text: str) -> str:
    """Return the schema in its shortest spelling, or say what is wrong with it.

    >>> answer_schema('{"type": "object", "properties": {"days": {"type": "integer"}}}')
    '{"type":"object","properties":{"days":{"type":"integer"}}}'

    Raises:
        ValueError: it is no schema that is taken; the message names the place.
    """
    try:
        schema = json.loads(text, parse_constant=_no_number)
        short = _spelt(schema)
    except RecursionError:
        raise ValueError(f"the schema: {_TOO_DEEP}") from None
    except ValueError as error:
        raise ValueError(f"the schema is no JSON: {type(error).__name__}") from None
    if len(short) > bounds.SCHEMA_CHARS:
        raise ValueError(f"the schema should have at most {bounds.SCHEMA_CHARS:,} characters")
    try:
        _Reading(schema).check()
    except RecursionError:
        raise ValueError(f"the schema: {_TOO_DEEP}") from None
    return short


def _spelt(schema: Any) -> str:
    """Return the shortest text of `schema`.

    Raises:
        RecursionError: it is nested too deeply.
        TypeError: it holds what is no JSON.
        ValueError: half of a surrogate pair, or infinity, has no text.
    """
    short = json.dumps(schema, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    short.encode()
    return short


def _as_text(given: Any) -> Any:
    """Return the text of a schema that came as an object; anything else is left to be refused."""
    if not isinstance(given, dict):
        return given
    try:
        return _spelt(given)
    except (RecursionError, TypeError, ValueError):
        raise ValueError("the schema is no JSON, or nested too deeply") from None


AnswerSchema = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(max_length=bounds.SCHEMA_CHARS),
    AfterValidator(answer_schema),
]


class _Reading:
    """One look at a schema; each `$ref` counts as the whole of what it leads to."""

    def __init__(self, schema: Any) -> None:
        self._root = schema
        self._definitions: dict[str, Any] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._open: list[str] = []

    def check(self) -> None:
        """Check all of the schema.

        Raises:
            ValueError: it cannot be taken.
        """
        root = self._root
        if not isinstance(root, dict) or root.get("type") != "object":
            _refuse("", 'the schema itself needs "type": "object"')
        for kind in _DEFINITIONS:
            named = root.get(kind, {})
            if not isinstance(named, dict):
                _refuse(kind, "should be an object")
            self._definitions |= {f"#/{kind}/{name}": each for name, each in named.items()}
        apart = (*_DEFINITIONS, "$schema")
        own = {name: value for name, value in root.items() if name not in apart}
        size, depth = self._measured(own, "")
        for place in self._definitions:
            more, _ = self._followed(place, place[1:])
            size = max(size, more)
        if size > bounds.SCHEMA_PARTS:
            _refuse("", f"more than {bounds.SCHEMA_PARTS:,} parts, each $ref with all it leads to")
        if depth > bounds.SCHEMA_DEPTH:
            _refuse("", _TOO_DEEP)

    def _measured(self, schema: Any, place: str) -> tuple[int, int]:
        """Return how many schemas and values this one has, and how deep it goes."""
        if isinstance(schema, bool):
            return 1, 1
        if not isinstance(schema, dict):
            _refuse(place, "should be a schema")
        size, depth = 1, 0
        for name, value in schema.items():
            more, deeper = self._keyword(name, value, f"{place}/{name}")
            size, depth = size + more, max(depth, deeper)
        return size, depth if "$ref" in schema else depth + 1

    def _keyword(self, name: str, value: Any, place: str) -> tuple[int, int]:
        if name == "$ref":
            return self._followed(value, place)
        if name == "properties":
            return self._many(_named(value, place), place)
        if name in _LISTS_OF_SUBSCHEMAS:
            listed = _listed(value, place)
            return self._many({str(n): each for n, each in enumerate(listed)}, place)
        if name in _SUBSCHEMAS:
            return self._measured(value, place)
        if name == "enum":
            return len(_listed(value, place)), 0
        if name not in _ANNOTATIONS and name != "const":
            check = _CHECKS.get(name)
            if check is None:
                _refuse(place, "this keyword is not supported: leave it out")
            check(value, place)
        return 0, 0

    def _many(self, schemas: Mapping[str, Any], place: str) -> tuple[int, int]:
        measured = [self._measured(each, f"{place}/{name}") for name, each in schemas.items()]
        return sum(size for size, _ in measured), max((depth for _, depth in measured), default=0)

    def _followed(self, reference: Any, place: str) -> tuple[int, int]:
        """Measure what a reference leads to, once."""
        known = isinstance(reference, str) and reference in self._definitions
        if not known or not _REFERENCE.fullmatch(reference):
            _refuse(place, "a $ref should lead to one of the schema's own $defs, by a plain name")
        if reference in self._open:
            _refuse(place, "the schema contains itself")
        if len(self._open) == bounds.SCHEMA_DEPTH:
            _refuse(place, _TOO_DEEP)
        if reference not in self._sizes:
            self._open.append(reference)
            self._sizes[reference] = self._measured(self._definitions[reference], reference[1:])
            self._open.pop()
        return self._sizes[reference]


def _named(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(place, "should be an object")
    return value


def _listed(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        _refuse(place, "should be a list that is not empty")
    return value


def _check_types(value: Any, place: str) -> None:
    listed = value if isinstance(value, list) and value else [value]
    if not all(isinstance(each, str) and each in _TYPES for each in listed):
        _refuse(place, f"should be of {', '.join(sorted(_TYPES))}")
    if len(set(listed)) < len(listed):
        _refuse(place, "names a type twice")


def _check_required(value: Any, place: str) -> None:
    names = value if isinstance(value, list) else [None]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        _refuse(place, "should be a list of names, each once")


def _check_count(value: Any, place: str) -> None:
    if type(value) is not int or not 0 <= value <= bounds.SCHEMA_COUNT:
        _refuse(place, f"should be a whole number up to {bounds.SCHEMA_COUNT:,}")


def _check_limit(value: Any, place: str) -> None:
    if type(value) not in (int, float) or not abs(value) <= bounds.SCHEMA_NUMBER:
        _refuse(place, "should be a number that is not too large")
    if place.endswith("/multipleOf") and value <= 0:
        _refuse(place, "should be greater than 0")


def _check_flag(value: Any, place: str) -> None:
    if not isinstance(value, bool):
        _refuse(place, "should be true or false")


_CHECKS: Mapping[str, Callable[[Any, str], None]] = {
    "type": _check_types,
    "required": _check_required,
    "uniqueItems": _check_flag,
    **dict.fromkeys(_COUNTS, _check_count),
    **dict.fromkeys(_LIMITS, _check_limit),
}


def _refuse(place: str, reason: str) -> NoReturn:
    raise ValueError(f"{place[:200] or 'the schema'}: {reason}")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
