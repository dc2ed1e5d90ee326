"""Reading what others publish: strictly first, and with some patience where that fails."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from ragline.contracts.base import Event
from ragline.contracts.repairs import repair
from ragline.contracts.wrappings import BinaryValue, unwrapped

E = TypeVar("E", bound=Event)

# a repair may show what else is wrong: one inside another, as in `{"filters": {"tags": null}}`
_MOST_ROUNDS = 4


def read_event(kind: type[E], value: bytes) -> E:
    """Return the event in a record's value.

    Events as the JSON Schemas describe them are read in one pass. What others write is forgiven
    where it has one meaning only (`contracts/{wrappings,repairs}.py`), at the price of a second.

    Raises:
        ValidationError: it is no JSON, or no such event.
        BinaryValue: it is no JSON; the message says what to do.
    """
    try:
        return kind.model_validate_json(value)
    except ValidationError as error:
        return _read_patiently(kind, value, error)


def _read_patiently(kind: type[E], value: bytes, error: ValidationError) -> E:
    try:
        found = unwrapped(value)
    except BinaryValue:
        raise
    except ValueError:
        raise error from None
    for _ in range(_MOST_ROUNDS):
        try:
            return kind.model_validate(found)
        except ValidationError as still:
            error = still
        if not repair(found, error):
            break
    raise error
