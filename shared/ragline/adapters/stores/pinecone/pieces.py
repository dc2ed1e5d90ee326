"""Text that is longer than a record may hold, in pieces for several records."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from ragline.adapters.stores.pinecone.limits import MAX_PIECE

# one character takes at most six bytes in JSON
_CHARACTER = 6


def joined(first: str, further: Mapping[int, str], count: int) -> str | None:
    """Return the text of a first piece and of `count` more, by number from 1; None if one lacks."""
    numbers = range(1, count + 1)
    if any(number not in further for number in numbers):
        return None
    return first + "".join(further[number] for number in numbers)


def pieces(text: str) -> list[str]:
    """Return `text` in pieces of at most `MAX_PIECE` bytes of JSON each; at least one."""
    if len(orjson.dumps(text)) <= MAX_PIECE:
        return [text]
    size = (MAX_PIECE - 2) // _CHARACTER
    return [text[at : at + size] for at in range(0, len(text), size)]
