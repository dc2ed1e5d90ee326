"""Which changes of a JSON Schema break a publisher or a reader.

Publishers and readers are upgraded at different times, so both directions count: values that were
valid must stay valid (old publisher, new reader), and values that were invalid must stay invalid
(new publisher, old reader). An optional property may be added, because readers ignore unknown
ones. Any other change needs a new event version. Titles, descriptions and defaults are not
compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples"}
)
_LOWER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_UPPER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_NESTED = frozenset({"properties", "required", "items", "prefixItems", "additionalProperties"})
_HANDLED = _ANNOTATIONS | _LOWER | _UPPER | _NESTED | {"type", "anyOf", "oneOf", "enum", "const"}
_OLD_READERS = "older readers refuse it"


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return what in `new` breaks publishers or readers of `old`, one sentence per change.

    Understands what pydantic emits: local `$ref`, `anyOf`/`oneOf`, objects, arrays, tuples,
    enums, limits. A difference in any other keyword counts as breaking.
    """
    return sorted(set(_Comparer(old, new).schemas("", old, new)))


class _Comparer:
    """Walks both schemas in parallel; a pair that contains itself (recursion) is visited once."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._open: list[tuple[Schema, Schema]] = []

    def schemas(self, path: str, old: Schema | bool, new: Schema | bool) -> Iterator[str]:
        """Compare two schemas at `path`."""
        before, after = _variants(old, self._old), _variants(new, self._new)
        where = path or "the event"
        for kind in before.keys() - after.keys():
            yield f"{where}: {kind} is no longer accepted"
        for kind in after.keys() - before.keys():
            yield f"{where}: {kind} is newly accepted; {_OLD_READERS}"
        for kind in before.keys() & after.keys():
            yield from self._variant(path, before[kind], after[kind])

    def _variant(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        if (old, new) in self._open:
            return
        self._open.append((old, new))
        where = path or "the event"
        yield from _limits(where, old, new)
        yield from _values(where, old, new)
        yield from _others(where, old, new)
        yield from _required(path, old, new)
        yield from self._properties(path, old, new)
        yield from self._elements(path, old, new)
        self._open.pop()

    def _properties(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before.keys() - after.keys():
            yield f"{_join(path, name)}: property was removed"
        for name in before.keys() & after.keys():
            yield from self.schemas(_join(path, name), before[name], after[name])
        yield from self._nested("additionalProperties", _join(path, "*"), old, new)

    def _elements(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from self._nested("items", f"{path}[]", old, new)
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(before) != len(after):
            yield f"{path}: has {len(after)} fixed elements instead of {len(before)}"
        for index, (first, second) in enumerate(zip(before, after, strict=False)):
            yield from self.schemas(f"{path}[{index}]", first, second)

    def _nested(self, keyword: str, path: str, old: Schema, new: Schema) -> Iterator[str]:
        if keyword in old or keyword in new:
            yield from self.schemas(path, old.get(keyword, True), new.get(keyword, True))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _variants(schema: Schema | bool, root: Schema) -> dict[str, Schema]:
    """Return the alternatives of a schema by type; two of one type are numbered."""
    found: dict[str, Schema] = {}
    for alternative in _alternatives(schema, root):
        kind = str(alternative.get("type", "any value"))
        number = sum(name.split("#")[0] == kind for name in found)
        found[f"{kind}#{number + 1}" if number else kind] = alternative
    return found


def _alternatives(schema: Schema | bool, root: Schema) -> Iterator[Schema]:
    if schema is False:
        return
    if schema is True:
        yield {}
        return
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        yield from _alternatives(target | beside, root)
    elif options := schema.get("anyOf") or schema.get("oneOf"):
        for option in options:
            yield from _alternatives(option, root)
    elif isinstance(schema.get("type"), list):
        yield from ({**schema, "type": kind} for kind in schema["type"])
    else:
        yield schema


def _limits(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for name in sorted(_LOWER | _UPPER):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        sign = -1 if name in _LOWER else 1
        tighter = before is None or (after is not None and sign * after < sign * before)
        effect = "is tighter" if tighter else f"is looser; {_OLD_READERS}"
        yield f"{where}: {name} {_shown(before)} -> {_shown(after)} {effect}"


def _values(where: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    if before is None or after is None:
        if before != after:
            yield f"{where}: the list of allowed values {'appeared' if after else 'went away'}"
        return
    for value in sorted(before - after):
        yield f"{where}: value {value} is no longer accepted"
    for value in sorted(after - before):
        yield f"{where}: value {value} is newly accepted; {_OLD_READERS}"


def _allowed(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {json.dumps(schema["const"])}
    return {json.dumps(value) for value in schema["enum"]} if "enum" in schema else None


def _others(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for name in sorted((old.keys() | new.keys()) - _HANDLED):
        if old.get(name) != new.get(name):
            yield f"{where}: {name} {_shown(old.get(name))} -> {_shown(new.get(name))}"


def _required(path: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in after - before:
        yield f"{_join(path, name)}: is newly required"
    for name in (before - after) & new.get("properties", {}).keys():
        yield f"{_join(path, name)}: is no longer required; older readers need it"


def _shown(value: Any) -> str:
    return "none" if value is None else json.dumps(value)
