"""Pinecone's metadata filters: which records match, and which expressions are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ragline.testing.pinecone_double.refusals import RefusedCall

Record = Mapping[str, Any]
_MOST_VALUES = 10_000
_ABSENT = object()


def matches(where: Mapping[str, Any], record: Record) -> bool:
    """Return whether `record` matches the expression, all of whose parts must hold.

    Raises:
        RefusedCall: the expression is none.
    """
    # every part is looked at, so that a wrong one is refused whatever the others say
    parts = [_holds(name, wanted, record) for name, wanted in where.items()]
    return all(parts)


def _holds(name: str, wanted: Any, record: Record) -> bool:
    if name in ("$and", "$or"):
        if not isinstance(wanted, list) or not wanted:
            raise RefusedCall(400, f"{name} needs a list of at least one expression")
        parts = [matches(each, record) for each in wanted]
        return all(parts) if name == "$and" else any(parts)
    if name.startswith("$"):
        raise RefusedCall(400, f"{name} is no operator at this place")
    value = record.get(name, _ABSENT)
    if not isinstance(wanted, Mapping):
        return _equals(value, wanted)
    if not wanted:
        raise RefusedCall(400, f"the condition on {name} is empty")
    parts = [_operator(operator)(value, operand) for operator, operand in wanted.items()]
    return all(parts)


def _operator(name: str) -> Callable[[Any, Any], bool]:
    try:
        return _OPERATORS[name]
    except KeyError:
        raise RefusedCall(400, f"{name} is not a valid operator") from None


def _equals(value: Any, operand: Any) -> bool:
    if not isinstance(operand, str | int | float | bool):
        raise RefusedCall(400, "values are strings, numbers or booleans")
    return operand in value if isinstance(value, list) else bool(value == operand)


def _in(value: Any, operand: Any) -> bool:
    if not isinstance(operand, list) or len(operand) > _MOST_VALUES:
        raise RefusedCall(400, f"$in and $nin need a list of at most {_MOST_VALUES} values")
    parts = [_equals(value, each) for each in operand]
    return any(parts)


def _number(value: Any, operand: Any, compare: Callable[[float, float], bool]) -> bool:
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        raise RefusedCall(400, "$gt, $gte, $lt and $lte compare numbers")
    known = isinstance(value, int | float) and not isinstance(value, bool)
    # numbers are stored as 64-bit floats
    return known and compare(float(value), float(operand))


def _exists(value: Any, operand: Any) -> bool:
    if not isinstance(operand, bool):
        raise RefusedCall(400, "$exists needs a boolean")
    return (value is not _ABSENT) == operand


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": _equals,
    "$ne": lambda value, operand: not _equals(value, operand),
    "$in": _in,
    "$nin": lambda value, operand: not _in(value, operand),
    "$gt": lambda value, operand: _number(value, operand, lambda a, b: a > b),
    "$gte": lambda value, operand: _number(value, operand, lambda a, b: a >= b),
    "$lt": lambda value, operand: _number(value, operand, lambda a, b: a < b),
    "$lte": lambda value, operand: _number(value, operand, lambda a, b: a <= b),
    "$exists": _exists,
}
