"""Parses `--filter key=value` into the contract's filters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from ragline.errors import Misconfigured

if TYPE_CHECKING:
    from ragline.contracts.queries import Filters

_LISTS = {
    "tag": "tags",
    "media_type": "media_types",
    "language": "languages",
    "document": "document_ids",
}
_DATES = {"from": "updated_from", "to": "updated_to"}
KEYS = (*_LISTS, *_DATES)


def parse_filters(arguments: Iterable[str]) -> Filters:
    """Return the filters of `key=value` arguments.

    Keys: tag, media_type, language, document, from, to. Repeating a list key adds a value; of a
    repeated date the last one wins. A date without a time means the whole day; a time without a
    zone is UTC.

    Raises:
        Misconfigured: an unknown key or an unreadable value.
    """
    from pydantic import ValidationError

    from ragline.contracts.queries import Filters

    lists: dict[str, list[str]] = {}
    dates: dict[str, datetime] = {}
    for argument in arguments:
        key, _, value = argument.partition("=")
        if key in _LISTS and value:
            lists.setdefault(_LISTS[key], []).append(value)
        elif key in _DATES and value:
            dates[_DATES[key]] = _instant(value, end=key == "to")
        else:
            raise Misconfigured(f"filter {argument!r}: use KEY=VALUE with KEY in {', '.join(KEYS)}")
    try:
        return Filters.model_validate(lists | dates)
    except ValidationError as error:
        raise Misconfigured(f"filter: {error.errors()[0]['msg']}") from error


def _instant(value: str, *, end: bool) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise Misconfigured(
            f"filter: {value!r} is no date; write it like 2024-05-31 or 2024-05-31T12:00+02:00"
        ) from error
    if end and len(value) <= len("2024-05-31"):
        found = datetime.combine(found, time.max)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
