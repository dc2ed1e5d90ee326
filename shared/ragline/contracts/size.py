"""The size of what an event carries, and what of a ranked list fits into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ragline.contracts.base import Contract

C = TypeVar("C", bound=Contract)


def json_bytes(item: Contract) -> int:
    """Return how many bytes `item` takes in the value of an event."""
    return len(item.model_dump_json(exclude_none=True).encode())


def best_within(items: Sequence[C], *, most_bytes: int) -> tuple[C, ...]:
    """Return the first of `items`, best first, that together take at most `most_bytes` as JSON.

    What is left out ranks below all that is kept, so a large item may cost those behind it.
    """
    left = most_bytes - len("[]")
    for count, item in enumerate(items):
        left -= json_bytes(item) + (1 if count else 0)
        if left < 0:
            return tuple(items[:count])
    return tuple(items)
