"""Small repairs of a JSON value, where only one meaning is possible; guided by its errors.

A value without errors is never looked at, so nothing here costs good records anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

_MOST_ERRORS = 200
_DATE_CHARS = len("2026-11-24")


def repair(found: Any, error: ValidationError) -> bool:
    """Repair a JSON value in place, and return whether anything was repaired.

    `null` goes, so that the default applies; a whole number becomes text where text is expected
    (the reverse is pydantic's own); a time without a zone is UTC; a word of a fixed list may be in
    any case.

    Args:
        found: the value, of dictionaries and lists.
        error: why it is not what was expected.
    """
    if error.error_count() > _MOST_ERRORS:
        return False
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    repaired = [_repaired(found, each["loc"], each["type"]) for each in errors]
    return any(repaired)


def _repaired(found: Any, place: Sequence[int | str], problem: str) -> bool:
    holder = _holder(found, place)
    if holder is None:
        return False
    key: Any = place[-1]
    value = holder[key]
    if value is None:
        return _removed(holder, key)
    mended = _mended(value, problem)
    if mended is None or mended == value:
        return False
    holder[key] = mended
    return True


def _holder(found: Any, place: Sequence[int | str]) -> Any:
    """Return the dictionary or list that holds what is at `place`; None if nothing is there."""
    holder = None
    for part in place:
        holder = found
        try:
            found = holder[part]
        except (KeyError, IndexError, TypeError):
            return None
    return holder if isinstance(holder, dict | list) else None


def _removed(holder: Any, key: Any) -> bool:
    if not isinstance(holder, dict):
        return False
    del holder[key]
    return True


def _mended(value: Any, problem: str) -> str | None:
    match problem:
        case "string_type" if type(value) is int:
            return str(value)
        case "timezone_aware" if isinstance(value, str):
            return f"{value}T00:00:00Z" if len(value) == _DATE_CHARS else f"{value}Z"
        case "enum" | "literal_error" if isinstance(value, str):
            return value.strip().lower()
    return None
