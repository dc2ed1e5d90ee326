"""Where in a body a wrong field is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def field_place(loc: Sequence[Any], body: Any, *, missing: bool) -> list[Any]:
    """Return the parts of `loc` that lead through `body`.

    Where a field may be of several kinds, pydantic adds the name of the kind that it tried, which
    nobody wrote: `("input", 0, "content", "str")`. A `missing` field is its last part.

    >>> field_place(("input", 0, "content", "str"), {"input": [{"content": 5}]}, missing=False)
    ['input', 0, 'content']
    """
    way, here = [], body
    for part in loc[: len(loc) - missing]:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            continue
        way.append(part)
    return [*way, *loc[len(loc) - missing :]]
