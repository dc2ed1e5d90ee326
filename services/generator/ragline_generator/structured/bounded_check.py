"""Checks a value against a JSON Schema, for a limited time. Pure.

Schema and value come from outside. A thousand items that are each compared with a thousand
alternatives take a validator many seconds, and so do items that must differ: it compares each with
each, unless they can be sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import thread_time
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

# Of processor time. What answers fill in practice takes milliseconds
MOST_S = 2.0

_Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class TooCostly(ValueError):
    """The check was given up."""


def bounded_check(
    value: Any, schema: Mapping[str, Any], *, most_s: float = MOST_S
) -> ValidationError | None:
    """Return the first thing about `value` that does not fit `schema`, or None if it fits.

    Raises:
        TooCostly: it takes this thread more than `most_s` seconds to find out.
        RecursionError: the value is nested too deeply.
    """
    until = thread_time() + most_s

    def limited(check: _Keyword) -> _Keyword:
        def keyword(*given: Any) -> Iterator[ValidationError] | None:
            if thread_time() > until:
                raise TooCostly("it takes too long to check: write less")
            return check(*given)

        return keyword

    keywords = {**Draft202012Validator.VALIDATORS, "uniqueItems": _differ}
    checks = {name: limited(check) for name, check in keywords.items()}
    kind = extend(Draft202012Validator, checks)  # type: ignore[no-untyped-call]
    return next(iter(kind(schema).iter_errors(value)), None)


def _differ(validator: Any, wanted: Any, items: Any, _: Any) -> Iterator[ValidationError]:
    if wanted and validator.is_type(items, "array") and len(set(map(_key, items))) < len(items):
        yield ValidationError(f"{items!r} has non-unique elements")


def _key(value: Any) -> Any:
    """Return what is the same for equal values: 1 equals 1.0, but not true."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return tuple(map(_key, value))
    if isinstance(value, dict):
        return frozenset((name, _key(each)) for name, each in value.items())
    return value
